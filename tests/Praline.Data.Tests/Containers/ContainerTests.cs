using System.IO.Compression;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using Praline.Media;
using Praline.Testing;

namespace Praline.Data.Tests.Containers;

public sealed class ContainerTests : IDisposable
{
    private const string Row = """{"prompt":"<image>What?","chosen":"A \"dog\" — 狗 🐕.","rejected":"A cat.","images":["a.png"],"score_chosen":9.5,"score_rejected":3}""";
    private const string Other = """{"prompt":"Why?","chosen":"So.","rejected":"No."}""";

    private readonly TemporaryFolder _folder = new();

    public ContainerTests() => ImageFile.WritePng(_folder["a.png"], new RgbImage(3, 2));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("rows.jsonl")]
    [InlineData("rows.json")]
    [InlineData("rows.jsonl.gz")]
    [InlineData("rows.json.gz")]
    [InlineData("rows.jsonl.zst")]
    [InlineData("rows.json.zst")]
    [InlineData("rows.parquet")]
    public void What_is_written_is_read(string name)
    {
        File.WriteAllText(_folder["in.jsonl"], $"{Row}\n{Other}\n");
        var expected = Read(_folder["in.jsonl"]);
        DataFormats.Write(_folder[name], "trl", expected);
        Same(expected, Read(_folder[name]));
    }

    [Fact]
    public void Lines_may_have_a_mark_blank_lines_and_windows_ends_and_the_last_no_end()
    {
        File.WriteAllText(_folder["in.jsonl"], $"{Row}\r\n\r\n  {Other}", new UTF8Encoding(true));
        Assert.Equal([1, 3], Read(_folder["in.jsonl"]).Select(s => s.Source.Line!.Value));
    }

    [Fact]
    public void An_array_is_read_item_by_item_up_to_where_it_breaks()
    {
        File.WriteAllText(_folder["in.json"], $"[{Row}, 3,\n{Other}\n,{{\"prompt\":}}, {Other} {Row}]");
        var rows = DataSet.Open(_folder["in.json"]).Read().ToList();
        Assert.Equal([1, 2, 3, 4, 5, null], rows.Select(r => r.Source.Item));
        Assert.Equal([true, false, true, false, true, false], rows.Select(r => r.Problem is null));
        Assert.Contains("expected a comma", rows[5].Problem!.What);
        Assert.Equal(3, rows[5].Problem!.Source.Line);
    }

    [Theory]
    [InlineData(".gz")]
    [InlineData(".zst")]
    [InlineData(".parquet")]
    public void Damage_is_told_and_the_rows_before_it_are_read(string ending)
    {
        File.WriteAllText(_folder["in.jsonl"], string.Concat(Enumerable.Range(0, 20000).Select(i => $$"""{"prompt":"{{i}}{{i * 7919 % 10007}}","chosen":"{{i * 31 % 1009}}","rejected":"b"}""" + "\n")));
        var path = _folder["rows.jsonl" + ending];
        DataFormats.Write(path, "trl", Read(_folder["in.jsonl"]));
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
        var rows = DataSet.Open(path).Read().ToList();
        Assert.NotNull(rows[^1].Problem);
        Assert.Contains(path, rows[^1].Problem!.Message);
        Assert.True(ending == ".parquet" || rows.Count > 5000, $"{rows.Count} rows");
    }

    [Fact]
    public void A_compressed_row_has_a_limit()
    {
        using (var packed = new GZipStream(File.Create(_folder["bomb.jsonl.gz"]), CompressionLevel.Fastest))
        {
            packed.Write(Encoding.UTF8.GetBytes(Row + "\n{\"prompt\":\""));
            var spaces = new byte[1 << 20];
            System.Array.Fill(spaces, (byte)'x');
            for (var i = 0; i < 20; i++)
            {
                packed.Write(spaces);
            }

            packed.Write(Encoding.UTF8.GetBytes("\"}\n" + Other));
        }

        var rows = DataSet.Open(_folder["bomb.jsonl.gz"], new DataOptions { MaxRowBytes = 1 << 20 }).Read().ToList();
        Assert.Equal([true, false, true], rows.Select(r => r.Problem is null));
        Assert.Contains("at most 1 MiB", rows[1].Problem!.What);
    }

    [Fact]
    public void Media_inside_a_data_set_are_the_same_in_every_container()
    {
        var image = File.ReadAllBytes(_folder["a.png"]);
        File.WriteAllText(_folder["in.jsonl"], Row.Replace("a.png", "data:image/png;base64," + Convert.ToBase64String(image)) + "\n");
        var inline = Read(_folder["in.jsonl"]);
        Assert.Equal(image, inline[0].Media.Single().Embedded!.Read());
        foreach (var (name, format) in new[] { ("a.parquet", "trl"), ("b.jsonl.zst", "rlaif-v"), ("c.parquet", "trl-conversational"), ("d.json", "llama-factory") })
        {
            DataFormats.Write(_folder[name], format, inline);
            var read = Read(_folder[name]);
            Assert.Equal(inline[0].Media.Single().Key, read[0].Media.Single().Key);
            Assert.Equal(image, read[0].Media.Single().Embedded!.Read());
            Assert.Equal(ImageFile.Open(_folder["a.png"]), read[0].Media.Single().OpenImage());
        }
    }

    /// <summary>As the Hub's data sets have them: an image as a structure, several images as a list of structures, messages as lists of structures.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Nested_columns_are_read_from_Parquet_and_from_saved_folders(bool parquet)
    {
        var image = File.ReadAllBytes(_folder["a.png"]);
        var batch = Nested(image, "a.png");
        string path;
        if (parquet)
        {
            path = _folder["train-00000-of-00001.parquet"];
            using var writer = new ParquetSharp.Arrow.FileWriter(path, batch.Schema);
            writer.WriteRecordBatch(batch);
            writer.WriteRecordBatch(batch);
            writer.Close();
        }
        else
        {
            path = _folder.Path;
            using (var writer = new ArrowStreamWriter(File.Create(_folder["data-00000-of-00001.arrow"]), batch.Schema))
            {
                writer.WriteRecordBatch(batch);
                writer.WriteRecordBatch(batch);
                writer.WriteEnd();
            }

            File.WriteAllText(_folder["state.json"], """{"_data_files":[{"filename":"data-00000-of-00001.arrow"}],"_indices_files":[]}""");
        }

        foreach (var opened in new[] { path, _folder.Path })
        {
            var samples = Read(opened);
            Assert.Equal(4, samples.Count);
            Assert.Equal(["q0", "q1", "q0", "q1"], samples.Select(s => s.Turns.Single().Text));
            Assert.Equal(["x0", "x1", "x0", "x1"], samples.Select(s => s.Pair().Chosen.Text));
            Assert.All(samples, s => Assert.Equal(image, s.Media.Single().Embedded!.Read()));
            Assert.Single(samples.Select(s => s.Media.Single().Key).Distinct());
            Assert.Equal((1, 1), (samples[3].Source.RowGroup!.Value, samples[3].Source.Row!.Value));
        }
    }

    /// <summary>Damaged files of every container: rows or problems come out, nothing else.</summary>
    [Theory]
    [InlineData("rows.parquet")]
    [InlineData("rows.arrow")]
    [InlineData("rows.jsonl.gz")]
    [InlineData("rows.json.zst")]
    public void Damaged_files_give_rows_or_problems(string name)
    {
        File.WriteAllText(_folder["in.jsonl"], string.Concat(Enumerable.Repeat($"{Row}\n{Other}\n", 20)));
        byte[] whole;
        if (name == "rows.arrow")
        {
            using var memory = new MemoryStream();
            using (var writer = new ArrowStreamWriter(memory, Nested([1, 2, 3], "a.png").Schema, leaveOpen: true))
            {
                writer.WriteRecordBatch(Nested([1, 2, 3], "a.png"));
                writer.WriteEnd();
            }

            whole = memory.ToArray();
        }
        else
        {
            DataFormats.Write(_folder[name], "trl", Read(_folder["in.jsonl"]));
            whole = File.ReadAllBytes(_folder[name]);
        }

        var random = new Random(5);
        var (rows, problems) = (0, 0);
        for (var round = 0; round < Mutation.Rounds(200); round++)
        {
            File.WriteAllBytes(_folder[name], Mutation.Apply(whole, whole, random));
            foreach (var row in DataSet.Open(_folder[name], new DataOptions { MediaFolder = _folder.Path }).Read())
            {
                (rows, problems) = (rows + (row.Problem is null ? 1 : 0), problems + (row.Problem is null ? 0 : 1));
                foreach (var medium in row.Value?.Media.Where(m => m.Embedded is not null) ?? [])
                {
                    Assert.Equal(medium.Embedded!.Length, medium.Embedded.Read().Length);
                }
            }
        }

        Assert.True(problems > 0, $"{rows} rows, {problems} problems");
    }

    [Fact]
    public void Shards_of_several_splits_or_too_few_are_refused()
    {
        File.WriteAllText(_folder["in.jsonl"], Other);
        DataFormats.Write(_folder["data", "train-00000-of-00002.parquet"], "trl", Read(_folder["in.jsonl"]));
        Assert.Contains("1 of 2 shards", Assert.Throws<PralineException>(() => Read(_folder["data"])).Message);
        DataFormats.Write(_folder["data", "train-00001-of-00002.parquet"], "trl", Read(_folder["in.jsonl"]));
        Assert.Equal(2, Read(_folder["data"]).Count);
        DataFormats.Write(_folder["data", "test-00000-of-00001.parquet"], "trl", Read(_folder["in.jsonl"]));
        Assert.Contains("several splits (test, train)", Assert.Throws<PralineException>(() => Read(_folder["data"])).Message);
        File.WriteAllText(_folder["dataset_dict.json"], "{}");
        Assert.Contains("name the folder of one", Assert.Throws<PralineException>(() => Read(_folder.Path)).Message);
    }

    private static RecordBatch Nested(byte[] image, string name)
    {
        var medium = new StructType([new Field("bytes", BinaryType.Default, true), new Field("path", StringType.Default, true)]);
        var message = new StructType([new Field("role", StringType.Default, true), new Field("content", StringType.Default, true)]);
        var images = new ListArray(new ListType(medium), 2, Offsets(0, 1, 2),
            new StructArray(medium, 2, [new BinaryArray.Builder().Append(image.AsSpan()).Append(image.AsSpan()).Build(), Texts(name, "")], ArrowBuffer.Empty), ArrowBuffer.Empty);
        ListArray Conversation(string answer) => new(new ListType(message), 2, Offsets(0, 2, 4),
            new StructArray(message, 4, [Texts("user", "assistant", "user", "assistant"), Texts("q0", answer + "0", "q1", answer + "1")], ArrowBuffer.Empty), ArrowBuffer.Empty);
        IArrowArray[] columns = [Conversation("x"), Conversation("y"), images];
        return new RecordBatch(new Schema(new[] { "chosen", "rejected", "images" }.Zip(columns, (n, c) => new Field(n, c.Data.DataType, true)), null), columns, 2);
    }

    private static StringArray Texts(params string[] texts) => new StringArray.Builder().AppendRange(texts).Build();

    private static ArrowBuffer Offsets(params int[] offsets) => new ArrowBuffer.Builder<int>().AppendRange(offsets).Build();

    private List<Sample> Read(string path) => [.. DataSet.Open(path, new DataOptions { MediaFolder = _folder.Path }).Samples()];

    private static void Same(List<Sample> expected, List<Sample> actual) => Assert.Equal(
        expected.Select(s => (s.System, string.Concat(s.Turns.Select(t => t.MarkedText)), s.Pair(), s.Media.Single0())),
        actual.Select(s => (s.System, string.Concat(s.Turns.Select(t => t.MarkedText)), s.Pair(), s.Media.Single0())));
}

file static class Extensions
{
    public static string? Single0(this IEnumerable<MediaReference> media) => media.SingleOrDefault()?.Key;
}
