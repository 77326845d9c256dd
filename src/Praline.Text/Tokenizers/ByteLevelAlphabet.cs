using System.Text;

namespace Praline.Text.Tokenizers;

/// <summary>
/// GPT-2's alphabet: each byte is shown as one printable character, so that byte sequences can be written as strings.
/// Printable Latin-1 stands for itself, the others are U+0100 and up, in order.
/// </summary>
internal static class ByteLevelAlphabet
{
    /// <summary>The number of characters: one past the last is U+0144.</summary>
    private const int End = 0x144;

    private static readonly char[] Characters = new char[256];
    private static readonly short[] Bytes = new short[End];

    static ByteLevelAlphabet()
    {
        Array.Fill(Bytes, (short)-1);
        var next = (char)0x100;
        for (var b = 0; b < 256; b++)
        {
            Characters[b] = b is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)b : next++;
            Bytes[Characters[b]] = (short)b;
        }
    }

    /// <summary>The 256 characters in the order of the bytes that they stand for.</summary>
    public static ReadOnlySpan<char> All => Characters;

    /// <summary>
    /// Writes a text's UTF-8 bytes as characters; gives how many. The target holds three for each UTF-16 unit.
    /// </summary>
    public static int Write(ReadOnlySpan<char> text, Span<char> target)
    {
        Span<byte> utf8 = stackalloc byte[4];
        var count = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] < 128)
            {
                target[count++] = Characters[text[i]];
                continue;
            }

            Rune.DecodeFromUtf16(text[i..], out var rune, out var taken);
            var bytes = rune.EncodeToUtf8(utf8);
            for (var b = 0; b < bytes; b++)
            {
                target[count++] = Characters[utf8[b]];
            }

            i += taken - 1;
        }

        return count;
    }

    /// <summary>
    /// Appends the bytes that a token's characters stand for; a token with any other character gives its own UTF-8.
    /// </summary>
    public static void AppendBytes(string token, List<byte> bytes)
    {
        var start = bytes.Count;
        foreach (var c in token)
        {
            if (c >= End || Bytes[c] < 0)
            {
                bytes.RemoveRange(start, bytes.Count - start);
                bytes.AddRange(Encoding.UTF8.GetBytes(token));
                return;
            }

            bytes.Add((byte)Bytes[c]);
        }
    }
}
