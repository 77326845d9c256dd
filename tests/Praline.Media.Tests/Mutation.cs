namespace Praline.Media.Tests;

/// <summary>Random damage to a file's bytes.</summary>
internal static class Mutation
{
    /// <summary>
    /// Changes a few bytes (half of them among the first <paramref name="headerBytes"/>), and sometimes cuts the end off or
    /// repeats a stretch.
    /// </summary>
    public static byte[] Of(byte[] original, Random random, int headerBytes)
    {
        var bytes = original.ToList();
        for (var changes = random.Next(1, 9); changes > 0; changes--)
        {
            var position = random.Next(random.Next(2) == 0 ? Math.Min(headerBytes, bytes.Count) : bytes.Count);
            bytes[position] = random.Next(4) switch
            {
                0 => 0,
                1 => 255,
                2 => (byte)(bytes[position] ^ (1 << random.Next(8))),
                _ => (byte)random.Next(256),
            };
        }

        switch (random.Next(6))
        {
            case 0:
                return [.. bytes.Take(random.Next(1, bytes.Count))];
            case 1:
                var start = random.Next(bytes.Count);
                bytes.InsertRange(start, bytes.GetRange(start, Math.Min(random.Next(1, 40), bytes.Count - start)));
                break;
        }

        return [.. bytes];
    }
}
