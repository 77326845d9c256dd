using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Praline.Preferences;

/// <summary>
/// Where every random stream begins. A stream belongs to (seed, stage, item, candidate) and to nothing else, so neither order nor batching nor a
/// restart nor other items change what is drawn.
/// </summary>
public static class Seeds
{
    /// <summary>
    /// The first 8 bytes (little-endian) of SHA-256 over the UTF-8 text
    /// <c>praline seed v1 \n seed \n stage \n item \n candidate</c> (each on its own line, without the spaces around the line ends; a line end or
    /// backslash inside a part is written <c>\n</c> or <c>\\</c>).
    /// </summary>
    /// <param name="seed">The run's seed, from the command line.</param>
    /// <param name="stage">What draws, such as <c>candidates/draft</c>.</param>
    /// <param name="item">The item's id, such as the video's name.</param>
    /// <param name="candidate">Which of the item's sequences, from 0.</param>
    public static ulong Derive(ulong seed, string stage, string item, int candidate)
    {
        var text = string.Join('\n', "praline seed v1", seed.ToString(CultureInfo.InvariantCulture), Escape(stage), Escape(item),
            candidate.ToString(CultureInfo.InvariantCulture));
        return BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }

    private static string Escape(string part) => part.Replace("\\", "\\\\").Replace("\n", "\\n");
}
