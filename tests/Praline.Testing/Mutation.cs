using System.Text;

namespace Praline.Testing;

/// <summary>Damages a file in the ways that transfers, editors and enemies do.</summary>
public static class Mutation
{
    private static readonly string[] Tokens =
    [
        "null", "true", "-1", "0", "99999999999", "1e999", "\"\"", "[]", "{}", "\\ud800", "\\u0000", "(", ")*", "{%", "%}", "{{", "}}", "**", "//", "|", "[", "]",
        "(a+)+", "\\p{L}", "range(100000)", "for x in y", "endfor", "loop", "\"", "'", "\u2581", "😀", "\n", "-", ":", ",",
    ];

    /// <summary>How many files a fuzz test damages: <c>PRALINE_FUZZ</c> times its usual number.</summary>
    public static int Rounds(int usual) =>
        double.TryParse(Environment.GetEnvironmentVariable("PRALINE_FUZZ"), System.Globalization.CultureInfo.InvariantCulture, out var factor)
            ? (int)(usual * factor)
            : usual;

    /// <summary>A copy of <paramref name="source"/> with one to five kinds of damage, some with parts of <paramref name="other"/>.</summary>
    public static byte[] Apply(byte[] source, byte[] other, Random random)
    {
        var bytes = source.ToList();
        for (var edits = random.Next(1, 6); edits > 0 && bytes.Count > 0; edits--)
        {
            var at = random.Next(bytes.Count);
            var length = Math.Min(random.Next(1, 40), bytes.Count - at);
            switch (random.Next(8))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: bytes.RemoveRange(at, length); break;
                case 3: bytes.InsertRange(at, bytes.GetRange(random.Next(bytes.Count - length + 1), length)); break;
                case 4: bytes.InsertRange(at, Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)])); break;
                case 5:
                    bytes.RemoveRange(at, length);
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)]));
                    break;
                case 6:
                    var from = random.Next(other.Length);
                    bytes.InsertRange(at, other[from..Math.Min(other.Length, from + random.Next(1, 200))]);
                    break;
                default:
                    if (random.Next(4) == 0)
                    {
                        bytes.RemoveRange(at, bytes.Count - at);
                    }

                    break;
            }
        }

        return [.. bytes];
    }
}
