using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using Apache.Arrow;
using Apache.Arrow.Arrays;
using Apache.Arrow.Types;
using Praline.Data.Rows;

namespace Praline.Data.Containers;

/// <summary>A file whose columns come as Arrow record batches and can be read again one batch at a time: Parquet, or Arrow's stream format.</summary>
internal abstract class ArrowSource(string path)
{
    /// <summary>What decoded batches may keep in memory while single media are read from them.</summary>
    private const long CacheBytes = 64L << 20;

    private readonly Lock _lock = new();
    private readonly LinkedList<(int Group, string Column, RecordBatch Batch, long Bytes)> _recent = [];

    /// <summary>The file.</summary>
    internal string File { get; } = path;

    /// <summary>All batches in order, each with its number and whether it is small enough to be read again for one medium; the caller disposes them.</summary>
    internal abstract IEnumerable<(int Group, int FirstRow, bool Rereadable, RecordBatch Batch)> Batches();

    /// <summary>One column of one batch.</summary>
    protected abstract RecordBatch ReadColumn(int group, string column);

    /// <summary>The bytes of a value that was seen before.</summary>
    internal byte[] ReadBytes(int group, int row, IReadOnlyList<object> steps)
    {
        lock (_lock)
        {
            var column = (string)steps[0];
            var batch = Recent(group, column);
            var array = batch.Column(0);
            foreach (var step in steps.Skip(1))
            {
                (array, row) = step is string field
                    ? (((StructArray)array).Fields[((StructType)array.Data.DataType).GetFieldIndex(field)], row)
                    : (ArrowRows.Items(array, row).Values, ArrowRows.Items(array, row).Start + (int)step);
            }

            return ArrowRows.BytesAt(array, row).ToArray();
        }
    }

    private RecordBatch Recent(int group, string column)
    {
        var known = _recent.FirstOrDefault(b => b.Group == group && b.Column == column);
        if (known.Batch is not null)
        {
            _recent.Remove(known);
            _recent.AddFirst(known);
            return known.Batch;
        }

        var batch = ReadColumn(group, column);
        _recent.AddFirst((group, column, batch, batch.Arrays.Sum(a => Bytes(a.Data))));
        while (_recent.Count > 1 && _recent.Sum(b => b.Bytes) > CacheBytes)
        {
            _recent.Last!.Value.Batch.Dispose();
            _recent.RemoveLast();
        }

        return batch;
    }

    private static long Bytes(ArrayData data) => data.Buffers.Sum(b => (long)b.Length) + (data.Children?.Sum(Bytes) ?? 0);
}

/// <summary>Arrow record batches as rows.</summary>
internal static class ArrowRows
{
    /// <summary>The rows of all files in order.</summary>
    internal static IEnumerable<RawRow> Rows(IEnumerable<ArrowSource> sources, long maxRowBytes)
    {
        foreach (var source in sources)
        {
            using var batches = source.Batches().GetEnumerator();
            while (true)
            {
                DataProblem? damage = null;
                try
                {
                    if (!batches.MoveNext())
                    {
                        break;
                    }
                }
                catch (Exception error) when (error is not (OutOfMemoryException or OperationCanceledException))
                {
                    damage = Damage(new SampleSource(source.File), error);
                }

                if (damage is not null)
                {
                    yield return new RawRow(damage.Source, null, damage);
                    break;
                }

                var (group, first, rereadable, batch) = batches.Current;
                using (batch)
                {
                    for (var row = 0; row < batch.Length; row++)
                    {
                        yield return Read(source, group, first, row, rereadable, batch, maxRowBytes);
                    }
                }
            }
        }
    }

    private static RawRow Read(ArrowSource file, int group, int first, int row, bool rereadable, RecordBatch batch, long maxRowBytes)
    {
        var source = new SampleSource(file.File, RowGroup: group, Row: first + row);
        var context = new Context(file, source, group, first + row, rereadable, maxRowBytes);
        try
        {
            var fields = new Dictionary<string, FieldValue>(StringComparer.Ordinal);
            for (var i = 0; i < batch.ColumnCount; i++)
            {
                var name = batch.Schema.GetFieldByIndex(i).Name;
                if (!fields.TryAdd(name, Value(batch.Column(i), row, context, [name])))
                {
                    throw context.Error([name], "each column once", "the column twice", "Rename one of the two.");
                }
            }

            return new RawRow(source, new FieldValue.Map(fields), null);
        }
        catch (DataException error)
        {
            return new RawRow(source, null, error.Problem);
        }
        catch (Exception error) when (error is ArgumentException or IndexOutOfRangeException or InvalidCastException or InvalidDataException or OverflowException or NullReferenceException)
        {
            return new RawRow(source, null, Damage(source, error)); // offsets that point outside their buffers
        }
    }

    // The native reader and Arrow's own tell of damage with exceptions of many types.
    private static DataProblem Damage(SampleSource source, Exception error) =>
        new(source, "", "a whole file", $"damage ({error.Message.Split('\n')[0].TrimEnd('.')})", "Fetch or make the file again.");

    private static FieldValue Value(IArrowArray array, int i, Context context, object[] steps)
    {
        if (array.IsNull(i))
        {
            return FieldValue.None;
        }

        switch (array)
        {
            case BooleanArray flags:
                return new FieldValue.Flag(flags.GetValue(i)!.Value);
            case StringArray or LargeStringArray or StringViewArray:
                return context.Text(BytesAt(array, i), steps);
            case BinaryArray or LargeBinaryArray or BinaryViewArray or FixedSizeBinaryArray:
                return context.Bytes(BytesAt(array, i), steps);
            case DictionaryArray dictionary:
                return Value(dictionary.Dictionary, (int)(long)Convert.ChangeType(Number(dictionary.Indices, i)!.Value, typeof(long), CultureInfo.InvariantCulture), context, steps);
            case MapArray map:
                return MapOf(map, i, context, steps);
            case ListArray or LargeListArray or FixedSizeListArray:
                var (values, start, count) = Items(array, i);
                return new FieldValue.List([.. Enumerable.Range(0, count).Select(k => Value(values, start + k, context, [.. steps, k]))]);
            case StructArray record:
                var type = (StructType)record.Data.DataType;
                return new FieldValue.Map(type.Fields.Select((f, k) => KeyValuePair.Create(f.Name, Value(record.Fields[k], i, context, [.. steps, f.Name])))
                    .ToDictionary(StringComparer.Ordinal));
            case NullArray:
                return FieldValue.None;
            default:
                return Number(array, i) ?? throw context.Error(steps, "a column of texts, numbers, truth values, bytes, lists or structures",
                    $"one of the type {array.Data.DataType.Name}", "Convert the column, or leave it out.");
        }
    }

    /// <summary>The values of a list and where one row's stand among them.</summary>
    internal static (IArrowArray Values, int Start, int Count) Items(IArrowArray array, int i) => array switch
    {
        ListArray list => (list.Values, list.ValueOffsets[i], list.GetValueLength(i)),
        LargeListArray list => (list.Values, checked((int)list.ValueOffsets[i]), list.GetValueLength(i)),
        FixedSizeListArray list => (list.Values, checked((list.Offset + i) * ((FixedSizeListType)list.Data.DataType).ListSize), ((FixedSizeListType)list.Data.DataType).ListSize),
        _ => throw new InvalidDataException($"a list was expected, not {array.Data.DataType.Name}"),
    };

    /// <summary>The bytes of a text or binary value.</summary>
    internal static ReadOnlySpan<byte> BytesAt(IArrowArray array, int i) => array switch
    {
        LargeBinaryArray binary => binary.GetBytes(i), // LargeStringArray too
        BinaryViewArray binary => binary.GetBytes(i), // StringViewArray too
        BinaryArray binary => binary.GetBytes(i), // StringArray too
        FixedSizeBinaryArray binary => binary.GetBytes(i),
        _ => throw new InvalidDataException($"bytes were expected, not {array.Data.DataType.Name}"),
    };

    private static FieldValue.Number? Number(IArrowArray array, int i) => array switch
    {
        Int64Array a => FieldValue.Number.Of(a.GetValue(i)!.Value),
        Int32Array a => FieldValue.Number.Of(a.GetValue(i)!.Value),
        Int16Array a => FieldValue.Number.Of(a.GetValue(i)!.Value),
        Int8Array a => FieldValue.Number.Of(a.GetValue(i)!.Value),
        UInt64Array a => FieldValue.Number.Of((double)a.GetValue(i)!.Value),
        UInt32Array a => FieldValue.Number.Of(a.GetValue(i)!.Value),
        UInt16Array a => FieldValue.Number.Of(a.GetValue(i)!.Value),
        UInt8Array a => FieldValue.Number.Of(a.GetValue(i)!.Value),
        DoubleArray a => FieldValue.Number.Of(a.GetValue(i)!.Value),
        FloatArray a => FieldValue.Number.Of((double)a.GetValue(i)!.Value),
        HalfFloatArray a => FieldValue.Number.Of((double)a.GetValue(i)!.Value),
        TimestampArray a => FieldValue.Number.Of(a.GetValue(i)!.Value),
        Date32Array a => FieldValue.Number.Of(a.GetValue(i)!.Value),
        Date64Array a => FieldValue.Number.Of(a.GetValue(i)!.Value),
        _ => null,
    };

    private static FieldValue.Map MapOf(MapArray map, int i, Context context, object[] steps)
    {
        var fields = new Dictionary<string, FieldValue>(StringComparer.Ordinal);
        for (var k = map.ValueOffsets[i]; k < map.ValueOffsets[i + 1]; k++)
        {
            var key = Value(map.Keys, k, context, steps) as FieldValue.Text ?? throw context.Error(steps, "a map with texts as keys", "other keys", "Convert the column.");
            fields[key.Value] = Value(map.Values, k, context, [.. steps, key.Value]) is var value and not FieldValue.Bytes
                ? value : throw context.Error(steps, "a map without bytes", "bytes in a map", "Convert the column to a structure.");
        }

        return new FieldValue.Map(fields);
    }

    /// <summary>The row at hand.</summary>
    private sealed class Context(ArrowSource file, SampleSource source, int group, int row, bool rereadable, long maxRowBytes)
    {
        private long _bytes;

        internal FieldValue.Text Text(ReadOnlySpan<byte> utf8, object[] steps)
        {
            Count(utf8.Length, steps);
            return Utf8.IsValid(utf8) ? new FieldValue.Text(Encoding.UTF8.GetString(utf8))
                : throw Error(steps, "a text in UTF-8", "bytes that are not UTF-8", "Write the column again.");
        }

        /// <summary>Bytes are found again by their place in the file; where a whole row group would have to be decoded for it, they go to the spool.</summary>
        internal FieldValue.Bytes Bytes(ReadOnlySpan<byte> bytes, object[] steps)
        {
            Count(bytes.Length, steps);
            return new FieldValue.Bytes(rereadable
                ? new Located(file, group, row, steps, bytes.Length, Convert.ToHexStringLower(SHA256.HashData(bytes)))
                : MediaSpool.Current.Add(bytes));
        }

        internal DataException Error(object[] steps, string expected, string found, string remedy) => new(new DataProblem(
            source, string.Concat(steps.Select((s, i) => s is int k ? $"[{k}]" : i == 0 ? $"{s}" : $".{s}")), expected, found, remedy));

        private void Count(int length, object[] steps)
        {
            _bytes += length;
            if (_bytes > maxRowBytes)
            {
                throw Error(steps, $"a row of at most {maxRowBytes >> 20} MiB", "a longer one", "Keep media in files of their own.");
            }
        }
    }

    private sealed class Located(ArrowSource file, int group, int row, object[] steps, int length, string hash) : EmbeddedMedia
    {
        public override long Length => length;

        public override string ContentHash => hash;

        public override byte[] Read()
        {
            try
            {
                return file.ReadBytes(group, row, steps);
            }
            catch (Exception error) when (error is not (OutOfMemoryException or OperationCanceledException))
            {
                throw new PralineException($"{file.File} can't be read any more: {error.Message.Split('\n')[0]}", error);
            }
        }
    }
}
