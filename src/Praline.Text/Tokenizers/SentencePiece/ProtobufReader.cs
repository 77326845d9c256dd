using System.Buffers.Binary;

namespace Praline.Text.Tokenizers.SentencePiece;

/// <summary>
/// Reads the fields of one protobuf message in order; enough of the format for SentencePiece's files.
/// </summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> bytes)
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int LengthDelimited = 2;
    private const int Fixed32 = 5;

    private ReadOnlySpan<byte> _rest = bytes;
    private int _wireType;
    private ulong _number;
    private ReadOnlySpan<byte> _content;

    /// <summary>The current field's number.</summary>
    public int Field { get; private set; }

    /// <summary>Moves to the next field.</summary>
    /// <exception cref="FormatException">The message is damaged.</exception>
    public bool Read()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        var tag = ReadVarint();
        Field = (int)Math.Min(tag >> 3, int.MaxValue);
        _wireType = (int)(tag & 7);
        switch (_wireType)
        {
            case Varint: _number = ReadVarint(); break;
            case Fixed64: _number = BinaryPrimitives.ReadUInt64LittleEndian(Take(8)); break;
            case Fixed32: _number = BinaryPrimitives.ReadUInt32LittleEndian(Take(4)); break;
            case LengthDelimited: _content = Take(ReadVarint()); break;
            default: throw new FormatException($"field {Field} has the unknown wire type {_wireType}");
        }

        return true;
    }

    /// <summary>The field as a nested message, text or bytes.</summary>
    public readonly ReadOnlySpan<byte> Bytes() => Is(LengthDelimited) ? _content : default;

    public readonly long Integer() => Is(Varint) ? (long)_number : 0;

    public readonly float Float() => Is(Fixed32) ? BitConverter.UInt32BitsToSingle((uint)_number) : 0;

    private readonly bool Is(int expected) => _wireType == expected
        ? true
        : throw new FormatException($"field {Field} has wire type {_wireType} where {expected} is expected");

    private ulong ReadVarint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var b = Take(1)[0];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                return value;
            }
        }

        throw new FormatException("a number is longer than ten bytes");
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)_rest.Length)
        {
            throw new FormatException($"it ends inside a field ({count} bytes wanted, {_rest.Length} left)");
        }

        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }
}
