using Apache.Arrow;
using Apache.Arrow.Ipc;
using ParquetSharp;

namespace Praline.Data.Containers;

/// <summary>A Parquet file, read one row group at a time.</summary>
internal sealed class ParquetFile(string path) : ArrowSource(path)
{
    /// <summary>Row groups up to this size, decoded, are read again when a medium of theirs is needed; the media of larger ones go to the spool.</summary>
    private const long RereadableBytes = 48L << 20;

    private const long RowsOfLargeGroups = 64;
    private ParquetSharp.Arrow.FileReader? _reader;
    private Dictionary<string, int[]>? _leaves;

    internal override IEnumerable<(int Group, int FirstRow, bool Rereadable, RecordBatch Batch)> Batches()
    {
        using var columns = new ParquetFileReader(File);
        var groups = columns.FileMetaData.NumRowGroups;
        for (var group = 0; group < groups; group++)
        {
            long bytes;
            using (var rows = columns.RowGroup(group))
            {
                bytes = rows.MetaData.TotalByteSize;
            }

            using var properties = ParquetSharp.Arrow.ArrowReaderProperties.GetDefault();
            properties.PreBuffer = false;
            properties.UseThreads = false;
            var rereadable = bytes <= RereadableBytes;
            properties.BatchSize = rereadable ? int.MaxValue : RowsOfLargeGroups;
            using var reader = new ParquetSharp.Arrow.FileReader(File, null, properties);
            using var batches = reader.GetRecordBatchReader([group], null);
            var first = 0;
            while (batches.ReadNextRecordBatchAsync().AsTask().GetAwaiter().GetResult() is { } batch)
            {
                var count = batch.Length;
                yield return (group, first, rereadable, batch);
                first += count;
            }
        }
    }

    protected override RecordBatch ReadColumn(int group, string column)
    {
        if (_reader is null)
        {
            using var properties = ParquetSharp.Arrow.ArrowReaderProperties.GetDefault();
            properties.PreBuffer = false;
            properties.UseThreads = false;
            properties.BatchSize = int.MaxValue;
            _reader = new ParquetSharp.Arrow.FileReader(File, null, properties);
            using var columns = new ParquetFileReader(File);
            var schema = columns.FileMetaData.Schema;
            _leaves = Enumerable.Range(0, schema.NumColumns).GroupBy(i => schema.Column(i).Path.ToDotVector()[0])
                .ToDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);
        }

        using var batches = _reader.GetRecordBatchReader([group], _leaves![column]);
        return batches.ReadNextRecordBatchAsync().AsTask().GetAwaiter().GetResult();
    }
}

/// <summary>A file in Arrow's stream format, as <c>datasets</c> keeps its data.</summary>
internal sealed class ArrowStreamFile(string path) : ArrowSource(path)
{
    private readonly List<long> _starts = [];
    private long _schemaEnd;

    internal override IEnumerable<(int Group, int FirstRow, bool Rereadable, RecordBatch Batch)> Batches()
    {
        using var file = System.IO.File.OpenRead(File);
        using var reader = new ArrowStreamReader(file, leaveOpen: true);
        ArrowMessages.Require(file);
        _ = reader.Schema;
        _schemaEnd = file.Position;
        _starts.Clear();
        for (var group = 0; ; group++)
        {
            var start = file.Position;
            ArrowMessages.Require(file);
            if (reader.ReadNextRecordBatch() is not { } batch)
            {
                yield break;
            }

            _starts.Add(start);
            yield return (group, 0, reader.Schema.FieldsList.All(f => f.DataType is not Apache.Arrow.Types.DictionaryType), batch);
        }
    }

    protected override RecordBatch ReadColumn(int group, string column)
    {
        using var file = new Jump(System.IO.File.OpenRead(File), _schemaEnd, _starts[group]);
        using var reader = new ArrowStreamReader(file, leaveOpen: true);
        var batch = reader.ReadNextRecordBatch();
        var index = batch.Schema.GetFieldIndex(column);
        return new RecordBatch(new Schema([batch.Schema.GetFieldByIndex(index)], null), [batch.Column(index)], batch.Length);
    }

    /// <summary>A stream's beginning up to one place, and what follows another.</summary>
    private sealed class Jump(FileStream file, long from, long to) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            if (file.Position == from)
            {
                file.Position = to;
            }

            return file.Read(file.Position < from ? buffer[..(int)Math.Min(buffer.Length, from - file.Position)] : buffer);
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            file.Dispose();
            base.Dispose(disposing);
        }
    }
}
