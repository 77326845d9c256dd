using System.Buffers.Binary;

namespace Praline.Data.Containers;

/// <summary>
/// Looks an Arrow message's header over before Apache.Arrow reads it, which takes lengths and the tree of fields as they stand: a damaged or hostile file could
/// make it allocate without end. (Format: Arrow columnar format, "Encapsulated message format"; FlatBuffers' binary layout.)
/// </summary>
internal static class ArrowMessages
{
    private const int MaxHeaderBytes = 64 << 20;
    private const int MaxFields = 10_000;
    private const int MaxDepth = 64;
    private const byte SchemaHeader = 1, DictionaryHeader = 2, BatchHeader = 3;

    /// <summary>Checks the message at the file's position, and leaves the position as it was.</summary>
    /// <exception cref="InvalidDataException">It is longer than the file, or its fields have no end.</exception>
    internal static void Require(FileStream file)
    {
        var start = file.Position;
        Span<byte> prefix = stackalloc byte[8];
        var read = file.ReadAtLeast(prefix, 8, throwOnEndOfStream: false);
        var length = read < 4 ? 0 : BinaryPrimitives.ReadInt32LittleEndian(prefix);
        var headerStart = start + 4;
        if (length == -1)
        {
            length = read < 8 ? 0 : BinaryPrimitives.ReadInt32LittleEndian(prefix[4..]);
            headerStart += 4;
        }

        if (length != 0)
        {
            if (length < 0 || length > Math.Min(MaxHeaderBytes, file.Length - headerStart))
            {
                throw new InvalidDataException($"a message header of {length} bytes");
            }

            var header = new byte[length];
            file.Position = headerStart;
            file.ReadExactly(header);
            RequireHeader(header, file.Length - headerStart - length);
        }

        file.Position = start;
    }

    private static void RequireHeader(ReadOnlySpan<byte> header, long rest)
    {
        var message = Follow(header, 0);
        var body = Field(header, message, 3) is { } at ? BinaryPrimitives.ReadInt64LittleEndian(Slice(header, at, 8)) : 0;
        if (body < 0 || body > rest)
        {
            throw new InvalidDataException($"a message of {body} bytes where {rest} are left");
        }

        var kind = Field(header, message, 1) is { } type ? Slice(header, type, 1)[0] : (byte)0;
        if (Field(header, message, 2) is not { } content)
        {
            throw new InvalidDataException("a message without a header");
        }

        switch (kind)
        {
            case SchemaHeader:
                var budget = MaxFields;
                RequireFields(header, Follow(header, content), 1, MaxDepth, ref budget);
                break;
            case DictionaryHeader when Field(header, Follow(header, content), 1) is { } data:
                RequireBatch(header, Follow(header, data), body);
                break;
            case BatchHeader:
                RequireBatch(header, Follow(header, content), body);
                break;
            default:
                throw new InvalidDataException($"a message of kind {kind}");
        }
    }

    /// <summary>A batch's lengths have to fit its body: no more values than its buffers could hold (validity takes one bit a value), no buffer outside it.</summary>
    private static void RequireBatch(ReadOnlySpan<byte> header, int batch, long body)
    {
        var most = Math.Min(int.MaxValue, Math.Max(1 << 16, 8 * body));
        var rows = Field(header, batch, 0) is { } length ? BinaryPrimitives.ReadInt64LittleEndian(Slice(header, length, 8)) : 0;
        foreach (var (node, nulls) in Pairs(header, batch, 1).Append((rows, 0)))
        {
            if (node < 0 || node > most || nulls < 0 || nulls > node)
            {
                throw new InvalidDataException($"a column of {node} values, {nulls} of them null, in {body} bytes");
            }
        }

        foreach (var (offset, size) in Pairs(header, batch, 2))
        {
            if (offset < 0 || size < 0 || offset > body || size > body - offset)
            {
                throw new InvalidDataException($"a buffer of {size} bytes at {offset} of {body}");
            }
        }
    }

    /// <summary>A vector of structures of two long integers.</summary>
    private static List<(long First, long Second)> Pairs(ReadOnlySpan<byte> header, int table, int field)
    {
        var pairs = new List<(long, long)>();
        if (Field(header, table, field) is { } at)
        {
            var vector = Follow(header, at);
            var count = BinaryPrimitives.ReadInt32LittleEndian(Slice(header, vector, 4));
            var values = Slice(header, vector + 4, checked(Math.Max(0, count) * 16));
            for (var i = 0; i < count; i++)
            {
                pairs.Add((BinaryPrimitives.ReadInt64LittleEndian(values[(16 * i)..]), BinaryPrimitives.ReadInt64LittleEndian(values[((16 * i) + 8)..])));
            }
        }

        return pairs;
    }

    /// <summary>Walks the fields in a vector of a table and their children.</summary>
    private static void RequireFields(ReadOnlySpan<byte> header, int table, int vectorField, int depth, ref int budget)
    {
        if (Field(header, table, vectorField) is not { } at)
        {
            return;
        }

        var vector = Follow(header, at);
        var count = BinaryPrimitives.ReadInt32LittleEndian(Slice(header, vector, 4));
        budget -= count;
        if (count < 0 || budget < 0 || depth == 0)
        {
            throw new InvalidDataException($"more than {MaxFields} fields, or fields more than {MaxDepth} levels deep");
        }

        for (var i = 0; i < count; i++)
        {
            RequireFields(header, Follow(header, vector + 4 + (4 * i)), 5, depth - 1, ref budget);
        }
    }

    /// <summary>Where an offset points.</summary>
    private static int Follow(ReadOnlySpan<byte> header, int at) =>
        checked(at + (int)Math.Min(int.MaxValue / 2, BinaryPrimitives.ReadUInt32LittleEndian(Slice(header, at, 4))));

    /// <summary>Where a table's field stands; null when it is left out.</summary>
    private static int? Field(ReadOnlySpan<byte> header, int table, int number)
    {
        var names = checked(table - BinaryPrimitives.ReadInt32LittleEndian(Slice(header, table, 4)));
        var size = BinaryPrimitives.ReadUInt16LittleEndian(Slice(header, names, 2));
        var entry = 4 + (2 * number);
        var offset = entry + 2 <= size ? BinaryPrimitives.ReadUInt16LittleEndian(Slice(header, names + entry, 2)) : 0;
        return offset == 0 ? null : table + offset;
    }

    private static ReadOnlySpan<byte> Slice(ReadOnlySpan<byte> header, int at, int length) => at >= 0 && at <= header.Length - length
        ? header.Slice(at, length)
        : throw new InvalidDataException("an offset outside the message's header");
}
