using Apache.Arrow;
using Apache.Arrow.Types;
using Praline.Data.Rows;

namespace Praline.Data.Containers;

/// <summary>Writes rows as Parquet, with the Hub's form of embedded media: a structure of <c>bytes</c> and <c>path</c>.</summary>
internal static class ParquetWriter
{
    private const int RowsOfAGroup = 1000;
    private const long BytesOfAGroup = 16L << 20;

    private static readonly StructType Medium = new([new Field("bytes", BinaryType.Default, true), new Field("path", StringType.Default, true)]);

    /// <summary>Writes a file. The rows are gone through twice: for the columns' types, and for their values.</summary>
    /// <exception cref="PralineException">A column holds values of different kinds.</exception>
    internal static void Write(string path, Func<IEnumerable<FieldValue.Map>> rows)
    {
        var types = new Dictionary<string, IArrowType?>(StringComparer.Ordinal);
        foreach (var row in rows())
        {
            foreach (var (name, value) in row.Fields)
            {
                types[name] = Joined(types.GetValueOrDefault(name), TypeOf(value), name);
            }
        }

        var schema = new Schema(types.Select(t => new Field(t.Key, t.Value ?? StringType.Default, true)), null);
        using var writer = new ParquetSharp.Arrow.FileWriter(path, schema);
        var (group, bytes) = (new List<FieldValue.Map>(), 0L);
        foreach (var row in rows())
        {
            group.Add(row);
            bytes += Size(row);
            if (group.Count == RowsOfAGroup || bytes >= BytesOfAGroup)
            {
                Flush();
            }
        }

        Flush();
        writer.Close();

        void Flush()
        {
            if (group.Count > 0)
            {
                writer.NewRowGroup();
                foreach (var field in schema.FieldsList)
                {
                    writer.WriteColumnChunk(Array(field.DataType, [.. group.Select(r => r.Fields.GetValueOrDefault(field.Name, FieldValue.None))]));
                }

                (group, bytes) = ([], 0);
            }
        }
    }

    private static IArrowType? TypeOf(FieldValue value) => value switch
    {
        FieldValue.Flag => BooleanType.Default,
        FieldValue.Number number => number.Value == Math.Floor(number.Value) && Math.Abs(number.Value) < 1L << 53 ? Int64Type.Default : DoubleType.Default,
        FieldValue.Text => StringType.Default,
        FieldValue.Bytes => Medium,
        FieldValue.List list => new ListType(list.Items.Aggregate((IArrowType?)null, (type, item) => Joined(type, TypeOf(item), "[]")) ?? StringType.Default),
        FieldValue.Map map => new StructType([.. map.Fields.Select(f => new Field(f.Key, TypeOf(f.Value) ?? StringType.Default, true))]),
        _ => null,
    };

    /// <summary>The type of a column that holds values of both.</summary>
    private static IArrowType? Joined(IArrowType? a, IArrowType? b, string name) => (a, b) switch
    {
        (null, _) => b,
        (_, null) => a,
        (Int64Type, DoubleType) or (DoubleType, Int64Type) => DoubleType.Default,
        (StringType, StructType) when ReferenceEquals(b, Medium) => Medium,
        (StructType, StringType) when ReferenceEquals(a, Medium) => Medium,
        (ListType x, ListType y) => new ListType(Joined(x.ValueDataType, y.ValueDataType, $"{name}[]")!),
        (StructType, StructType) when ReferenceEquals(a, b) => a,
        (StructType x, StructType y) => new StructType([.. x.Fields.Concat(y.Fields).GroupBy(f => f.Name).Select(g =>
            new Field(g.Key, g.Select(f => f.DataType).Aggregate((p, q) => Joined(p, q, $"{name}.{g.Key}")!), true))]),
        _ when a.TypeId == b.TypeId => a,
        _ => throw new PralineException($"The column {name} would hold {a.Name} and {b.Name}: Parquet's columns have one type. Write JSON Lines (.jsonl)."),
    };

    private static IArrowArray Array(IArrowType type, IReadOnlyList<FieldValue> values)
    {
        switch (type)
        {
            case BooleanType:
                var flags = new BooleanArray.Builder();
                Each<FieldValue.Flag>(values, f => flags.Append(f.Value), () => flags.AppendNull());
                return flags.Build();
            case Int64Type:
                var integers = new Int64Array.Builder();
                Each<FieldValue.Number>(values, n => integers.Append((long)n.Value), () => integers.AppendNull());
                return integers.Build();
            case DoubleType:
                var doubles = new DoubleArray.Builder();
                Each<FieldValue.Number>(values, n => doubles.Append(n.Value), () => doubles.AppendNull());
                return doubles.Build();
            case ListType list:
                var (offsets, items, valid) = (new ArrowBuffer.Builder<int>(), new List<FieldValue>(), new ArrowBuffer.BitmapBuilder());
                offsets.Append(0);
                Each<FieldValue.List>(values, l => { items.AddRange(l.Items); valid.Append(true); offsets.Append(items.Count); }, () => { valid.Append(false); offsets.Append(items.Count); });
                return new ListArray(list, values.Count, offsets.Build(), Array(list.ValueDataType, items), valid.Build(), valid.UnsetBitCount);
            case StructType when ReferenceEquals(type, Medium):
                var (bytes, paths) = (new BinaryArray.Builder(), new StringArray.Builder());
                foreach (var value in values)
                {
                    bytes = value is FieldValue.Bytes medium ? bytes.Append(medium.Media.Read().AsSpan()) : bytes.AppendNull();
                    paths = value is FieldValue.Text path ? paths.Append(path.Value) : paths.AppendNull();
                }

                return Struct(Medium, values, [bytes.Build(), paths.Build()]);
            case StructType record:
                return Struct(record, values, [.. record.Fields.Select(f =>
                    Array(f.DataType, [.. values.Select(v => v is FieldValue.Map map ? map.Fields.GetValueOrDefault(f.Name, FieldValue.None) : FieldValue.None)]))]);
            default:
                var texts = new StringArray.Builder();
                Each<FieldValue.Text>(values, t => texts.Append(t.Value), () => texts.AppendNull());
                return texts.Build();
        }
    }

    private static StructArray Struct(StructType type, IReadOnlyList<FieldValue> values, IArrowArray[] fields)
    {
        var valid = new ArrowBuffer.BitmapBuilder();
        foreach (var value in values)
        {
            valid.Append(value is not FieldValue.Null);
        }

        return new StructArray(type, values.Count, fields, valid.Build(), valid.UnsetBitCount);
    }

    private static void Each<T>(IReadOnlyList<FieldValue> values, Action<T> append, Action appendNull)
        where T : FieldValue
    {
        foreach (var value in values)
        {
            if (value is T wanted)
            {
                append(wanted);
            }
            else
            {
                appendNull();
            }
        }
    }

    private static long Size(FieldValue value) => value switch
    {
        FieldValue.Text text => text.Value.Length,
        FieldValue.Bytes bytes => bytes.Media.Length,
        FieldValue.List list => list.Items.Sum(Size),
        FieldValue.Map map => map.Fields.Values.Sum(Size),
        _ => 8,
    };
}
