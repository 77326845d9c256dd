using Apache.Arrow.Ipc;
using Praline.Data;
using Praline.Media;
using Praline.Training.Data;
using Praline.Training.Engine;

namespace Praline.Training.Tests.Data;

/// <summary>
/// Format × container × command: the same rows say the same and train the same to the last bit, whatever they are written in. What a row names is used,
/// or the row is refused.
/// </summary>
public sealed class FormatMatrixTests : IDisposable
{
    private static readonly string[] Containers = ["rows.jsonl", "rows.json", "rows.jsonl.gz", "rows.json.zst", "rows.parquet", "shards", "saved"];
    private static readonly string[] OfVideos = ["synpo", "trl", "trl-conversational", "llama-factory", "ms-swift", "content-parts", "rlaif-v"];
    private static readonly string[] OfImages = [.. OfVideos[1..], "macaroon", "vlfeedback"];

    private readonly TinyWorld _world = new(3);

    public FormatMatrixTests()
    {
        for (var i = 0; i < 3; i++)
        {
            using var video = VideoFile.Open(Path.Combine(_world.Data, $"v{i}.mp4"));
            ImageFile.WritePng(Path.Combine(_world.Data, $"i{i}.png"), video.ReadFrames([0])[0]);
        }
    }

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void Rows_say_and_train_the_same_in_every_format_and_container(bool videos, bool embedded)
    {
        var source = Path.Combine(_world.Data, "source.jsonl");
        File.WriteAllLines(source, Enumerable.Range(0, 3).Select(i => $$"""
            {"prompt":"{{(videos ? "<video>" : "<image>")}}What moves?","chosen":"A red square moves to the left. {{i}}","rejected":"It is \"big\" — 大.","{{(videos ? "videos" : "images")}}":["{{Name(i)}}"],"score_chosen":{{9.5 - (0.125 * i)}},"score_rejected":3}
            """));
        var samples = Read(source);
        if (embedded)
        {
            // Read back from one Parquet file, so that the media stand inside it.
            DataFormats.Write(Path.Combine(_world.Data, "embedded.parquet"), "trl-conversational", Embedded(source, videos));
            samples = Read(Path.Combine(_world.Data, "embedded.parquet"));
            Assert.All(samples, s => Assert.NotNull(s.Media.Single().Embedded));
        }

        var expected = Step(source, "expected");
        foreach (var format in videos ? OfVideos : OfImages)
        {
            var lines = Path.Combine(_world.Data, $"{format}.jsonl");
            DataFormats.Write(lines, format, samples);
            foreach (var container in Containers)
            {
                if (format == "macaroon" && container is ("rows.parquet" or "shards" or "saved"))
                {
                    // Its last value is an object where the others are texts: no column holds that.
                    Assert.Contains("columns have one type", Assert.Throws<PralineException>(() => Written(Read(lines), format, "rows.parquet")).Message);
                    continue;
                }

                var path = Written(Read(lines), format, container);
                Assert.True(DataCheck.Run(DataSet.Open(path, Options)).IsGood, $"{format} {container}: {string.Join('\n', DataCheck.Run(DataSet.Open(path, Options)).Problems)}");
                var read = Read(path);
                Assert.All(read, s => Assert.Equal(format, s.Format));
                Same(samples, read, $"{format} {container}");
                Assert.Equal(expected, Step(path, $"{format}-{container}"));
                if (container == Containers[0])
                {
                    foreach (var other in videos ? OfVideos : OfImages)
                    {
                        var (there, back) = (Path.Combine(_world.Data, "there.jsonl"), Path.Combine(_world.Data, "back.jsonl"));
                        DataFormats.Write(there, other, read);
                        DataFormats.Write(back, format, Read(there));
                        Same(samples, Read(back), $"{format} by way of {other}");
                    }
                }
            }
        }

        string Name(int i) => videos ? $"v{i}.mp4" : $"i{i}.png";
    }

    /// <summary>Rows of one answer: every form trains the same, supervised and as KTO's.</summary>
    [Fact]
    public void Single_answers_train_the_same_in_every_form()
    {
        string[] forms =
        [
            """{"prompt":"<image>What moves?","completion":"A red square.","label":true,"images":["i0.png"]}""",
            """{"prompt":[{"role":"user","content":[{"type":"image","image":"i0.png"},{"type":"text","text":"What moves?"}]}],"completion":[{"role":"assistant","content":"A red square."}],"label":true}""",
            """{"messages":[{"role":"user","content":"<image>What moves?"},{"role":"assistant","content":"A red square."}],"label":true,"images":["i0.png"]}""",
            """{"conversations":[{"from":"human","value":"<image>\nWhat moves?"},{"from":"gpt","value":"A red square."}],"kto_tag":true,"image":"i0.png"}""",
            """{"question":"What moves?","answer":"A red square.","label":true,"image":"i0"}""",
            """{"instruction":"<image>What moves?","input":"","output":"A red square.","kto_tag":true,"images":["i0.png"]}""",
        ];
        foreach (var method in new[] { "sft", "kto" })
        {
            var steps = forms.Select((form, i) =>
            {
                var path = Path.Combine(_world.Data, "single.jsonl");
                File.WriteAllLines(path, [form, form.Replace("A red", "A blue", StringComparison.Ordinal)]);
                return Step(path, $"{method}{i}", method);
            }).ToArray();
            Assert.Single(steps.Distinct());
        }
    }

    [Theory]
    [InlineData("""{"prompt":"<video>What?","chosen":"a b","rejected":"c d","videos":["gone.mp4"]}""", "no file gone.mp4")]
    [InlineData("""{"prompt":"What?","chosen":"a b","rejected":"c d","vids":["v0.mp4"]}""", "vids")]
    [InlineData("""{"prompt":"<video>What?","chosen":"a b","rejected":"c d"}""", "1 <video> and 0 files")]
    [InlineData("""{"prompt":"What? <image>","chosen":"a b","rejected":"c d","images":["i0.png", "i1.png"]}""", "1 <image> and 2 files")]
    [InlineData("""{"prompt":"What?","chosen":"a b","rejected":"c d","video_url":"https://example.org/a.mp4"}""", "video_url")]
    [InlineData("""{"prompt":"<video>What?","chosen":"a b","rejected":"c d","videos":["../other/v0.mp4"]}""", "lies outside")]
    public void A_row_whose_medium_can_t_be_used_stops_training_before_the_first_step(string row, string problem)
    {
        var path = Path.Combine(_world.Data, "bad.jsonl");
        var good = """{"prompt":"<video>What?","chosen":"A red square.","rejected":"c d","videos":["v0.mp4"]}""";
        File.WriteAllLines(path, [good, row]);
        var options = Training(path, "bad", "dpo");
        var error = Assert.Throws<PralineException>(() => TrainingSession.Run(options));
        Assert.Contains("bad.jsonl, line 2", error.Message);
        Assert.Contains(problem, error.Message);
        Assert.False(File.Exists(Path.Combine(options.ModelDir, "metrics.jsonl")));
        var skipped = TrainingSession.Run(options with { SkipBadRows = true, ModelDir = options.ModelDir + "2" });
        Assert.Equal((1, 1), (skipped.Examples, skipped.LeftOutRows));
        Assert.Contains("line 2", File.ReadAllText(Path.Combine(options.ModelDir + "2", "left_out.jsonl")));
    }

    /// <summary>Features that are computed when a step needs them are those that are computed before the first step.</summary>
    [Fact]
    public void Media_ahead_of_the_first_step_or_not_train_the_same()
    {
        var path = Path.Combine(_world.Data, "images.jsonl");
        File.WriteAllLines(path, Enumerable.Range(0, 6).Select(i =>
            $$"""{"prompt":"<image>What?","chosen":"A red square {{i}}.","rejected":"c d","images":["i{{i % 3}}.png"]}"""));
        var options = Training(path, "ahead", "simpo") with { Loop = new TrainerOptions { MaxSteps = 3, BatchSize = 2, LearningRate = 1e-3 } };
        var expected = Metrics(options);
        Assert.Equal(expected, Metrics(options with { MediaAhead = 1, ModelDir = options.ModelDir + "-needed" }));
        var cached = options with { MediaAhead = 1, VisionCache = Path.Combine(_world.Folder, "cache") };
        Assert.Equal(expected, Metrics(cached with { ModelDir = options.ModelDir + "-cache" }));
        Assert.Equal(expected, Metrics(cached with { ModelDir = options.ModelDir + "-cached", FeatureMemoryBytes = 0 }));

        static string[] Metrics(TrainOptions options)
        {
            TrainingSession.Run(options);
            return File.ReadAllLines(Path.Combine(options.ModelDir, "metrics.jsonl"));
        }
    }

    [Theory]
    [InlineData("lora", 10_000)]
    [InlineData("lora", 0)]
    [InlineData("projector", 0)]
    public void A_file_that_is_no_image_is_listed_and_may_be_left_out(string train, int ahead)
    {
        var path = Path.Combine(_world.Data, "damaged.jsonl");
        File.WriteAllText(Path.Combine(_world.Data, "no.png"), "no image");
        var good = """{"prompt":"<image>What?","chosen":"A red square.","rejected":"c d","images":["i0.png"]}""";
        File.WriteAllLines(path, [good, good.Replace("i0", "no"), good.Replace("i0", "i1")]);
        var options = Training(path, $"damaged-{train}-{ahead}", "simpo") with { Train = [train], MediaAhead = ahead };
        var error = Assert.Throws<PralineException>(() => TrainingSession.Run(options));
        Assert.Contains("1 of 3 rows", error.Message);
        Assert.Contains("damaged.jsonl, line 2, field \"images\"", error.Message);
        var skipped = TrainingSession.Run(options with { SkipBadRows = true, ModelDir = options.ModelDir + "2" });
        Assert.Equal((2, 1), (skipped.Examples, skipped.LeftOutRows));
    }

    private DataOptions Options => new() { MediaFolder = _world.Data };

    private List<Sample> Read(string path) => [.. DataSet.Open(path, Options).Samples()];

    private IEnumerable<Sample> Embedded(string path, bool videos)
    {
        var lines = File.ReadAllLines(path).Select((line, i) =>
        {
            var name = videos ? $"v{i}.mp4" : $"i{i}.png";
            return line.Replace(name, $"data:{(videos ? "video/mp4" : "image/png")};base64,{Convert.ToBase64String(File.ReadAllBytes(Path.Combine(_world.Data, name)))}", StringComparison.Ordinal);
        });
        File.WriteAllLines(path + ".inline", lines);
        return DataSet.Open(path + ".inline", Options).Samples();
    }

    private string Written(List<Sample> samples, string format, string container)
    {
        var folder = Path.Combine(_world.Folder, "containers", format);
        var path = Path.Combine(folder, container);
        if (container == "shards")
        {
            DataFormats.Write(Path.Combine(path, "train-00000-of-00002.parquet"), format, samples[..1]);
            DataFormats.Write(Path.Combine(path, "train-00001-of-00002.parquet"), format, samples[1..]);
        }
        else if (container == "saved")
        {
            Directory.CreateDirectory(path);
            using var parquet = new ParquetSharp.Arrow.FileReader(Path.Combine(folder, "rows.parquet"));
            using var batches = parquet.GetRecordBatchReader();
            using var writer = new ArrowStreamWriter(File.Create(Path.Combine(path, "data-00000-of-00001.arrow")), parquet.Schema);
            while (batches.ReadNextRecordBatchAsync().AsTask().GetAwaiter().GetResult() is { } batch)
            {
                writer.WriteRecordBatch(batch);
            }

            writer.WriteEnd();
            File.WriteAllText(Path.Combine(path, "state.json"), """{"_data_files":[{"filename":"data-00000-of-00001.arrow"}]}""");
        }
        else
        {
            DataFormats.Write(path, format, samples);
        }

        return path;
    }

    private static void Same(List<Sample> expected, List<Sample> actual, string where) => Assert.True(
        expected.Select(Content).SequenceEqual(actual.Select(Content)), $"{where}: {string.Join('\n', actual.Select(Content))}");

    private static string Content(Sample sample) => string.Join('|', [
        sample.System ?? "", .. sample.Turns.Select(t => $"{t.Role}:{t.MarkedText}"), .. sample.Media.Select(m => m.Key),
        sample.Pair().Chosen.Text, sample.Pair().Rejected.Text, $"{sample.Pair().Chosen.Score}", $"{sample.Pair().Rejected.Score}"]);

    /// <summary>All that one step logs: loss, log-probabilities, rewards, gradient norm, each to the last digit.</summary>
    private string Step(string path, string run, string method = "synpo")
    {
        var options = Training(path, run, method);
        TrainingSession.Run(options);
        return File.ReadLines(Path.Combine(options.ModelDir, "metrics.jsonl")).First();
    }

    private TrainOptions Training(string path, string run, string method) => new()
    {
        Method = method,
        PretrainedPth = _world.Model,
        FromScratch = true,
        DatasetPath = path,
        DirPath = _world.Data,
        ModelDir = Path.Combine(_world.Folder, "runs", run),
        Frames = new FrameSampling { MinFrames = 2, MaxFrames = 2 },
        Loop = new TrainerOptions { MaxSteps = 1, BatchSize = 3, LearningRate = 1e-3 },
    };
}
