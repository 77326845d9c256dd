using System.Buffers.Binary;
using System.Text;

namespace Praline.Text.Tokenizers.Normalizers;

/// <summary>
/// SentencePiece's precompiled character map: a double-array trie (Darts) from UTF-8 to offsets into a blob of
/// replacements, each ended by a zero byte. Layout: the trie's length in bytes (little-endian uint32), the trie's
/// units, the blob.
/// </summary>
internal sealed class CharsMap
{
    private readonly uint[] _units;
    private readonly byte[] _replacements;
    private readonly string _where;

    private CharsMap(uint[] units, byte[] replacements, string where)
    {
        _units = units;
        _replacements = replacements;
        _where = where;
    }

    /// <exception cref="PralineException">The lengths don't fit together.</exception>
    public static CharsMap Read(ReadOnlySpan<byte> bytes, string where)
    {
        var length = bytes.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : uint.MaxValue;
        if (length > (uint)bytes.Length - 4 || length % 4 != 0 || length < 4)
        {
            throw new PralineException($"{where}: the precompiled character map is damaged: its trie of {length} bytes doesn't fit in {bytes.Length}.");
        }

        var units = new uint[length / 4];
        for (var i = 0; i < units.Length; i++)
        {
            units[i] = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(4 + (4 * i))..]);
        }

        return new CharsMap(units, bytes[(int)(4 + length)..].ToArray(), where);
    }

    /// <summary>
    /// The replacement of the longest (or the shortest) key that the bytes begin with; null when none does.
    /// </summary>
    public string? Find(ReadOnlySpan<byte> utf8, bool longest, out int length)
    {
        length = 0;
        var found = -1;
        var position = Offset(_units[0]);
        for (var i = 0; i < utf8.Length; i++)
        {
            position ^= utf8[i];
            if (position >= _units.Length || Label(_units[position]) != utf8[i])
            {
                break;
            }

            var unit = _units[position];
            position ^= Offset(unit);
            if (((unit >> 8) & 1) != 0 && position < _units.Length)
            {
                found = (int)(_units[position] & 0x7FFFFFFF);
                length = i + 1;
                if (!longest)
                {
                    break;
                }
            }
        }

        return found < 0 ? null : Replacement(found);
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & (1u << 9)) >> 6);

    private static uint Label(uint unit) => unit & ((1u << 31) | 0xFF);

    private string Replacement(int offset)
    {
        if (offset >= _replacements.Length)
        {
            throw new PralineException($"{_where}: the precompiled character map is damaged: a replacement lies at {offset} of {_replacements.Length}.");
        }

        var rest = _replacements.AsSpan(offset);
        var end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }
}
