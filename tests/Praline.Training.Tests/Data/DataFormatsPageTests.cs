using System.Text.RegularExpressions;
using Praline.Data;
using Praline.Media;
using Praline.Testing;
using Praline.Training.Data;
using Praline.Training.Engine;

namespace Praline.Training.Tests.Data;

/// <summary>Every block of docs/data-formats.md about rows to train on is read and trained on, or refused, as the page says.</summary>
public sealed partial class DataFormatsPageTests : IDisposable
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Golden.RepositoryRoot, "docs", "data-formats.md")).ReplaceLineEndings("\n");

    private readonly TinyWorld _world = new(1);

    public DataFormatsPageTests()
    {
        Directory.CreateDirectory(Path.Combine(_world.Data, "harbour"));
        File.Copy(Path.Combine(_world.Data, "v0.mp4"), Path.Combine(_world.Data, "harbour", "boat.mp4"));
        using var video = VideoFile.Open(Path.Combine(_world.Data, "v0.mp4"));
        ImageFile.WritePng(Path.Combine(_world.Data, "harbour.jpg"), video.ReadFrames([0])[0]);
    }

    /// <summary>The blocks of rows: the comment above each, and its text.</summary>
    public static TheoryData<string, string> Blocks
    {
        get
        {
            var blocks = new TheoryData<string, string>();
            foreach (Match block in RowsBlock().Matches(Page))
            {
                blocks.Add(block.Groups["says"].Value, block.Groups["rows"].Value);
            }

            return blocks;
        }
    }

    [Fact]
    public void The_page_shows_every_format() => Assert.Equal(
        DataFormats.Names.Order(), RowsBlock().Matches(Page).Select(m => m.Groups["says"].Value.Split(',')[0]).Distinct().Order());

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Rows_are_read_and_trained_on_as_the_page_says(string says, string rows)
    {
        var settings = says.Split(", ").Skip(1).Select(s => s.Split(": ", 2)).ToDictionary(s => s[0], s => s[1]);
        var path = Write("rows.jsonl", rows);
        string[] columns = settings.TryGetValue("column", out var renamed) ? renamed.Split(' ') : [];
        string[] ignored = settings.TryGetValue("ignore", out var left) ? [left] : [];
        var data = DataSet.Open(path, new DataOptions { MediaFolder = _world.Data, Columns = DataOptions.ParseColumns(columns), IgnoredColumns = ignored });
        var result = DataCheck.Run(data);
        Assert.Empty(result.Problems);
        var samples = data.Samples().ToList();
        Assert.All(samples, s => Assert.Equal(says.Split(',')[0], s.Format));
        foreach (var (sample, row) in samples.Zip(rows.Trim().Split('\n')))
        {
            Assert.Equal(row.Contains("harbour.jpg") || row.Contains("harbour/boat") ? 1 : 0, sample.Media.Count());
            Assert.Equal("What happens?", sample.Turns[^1].Text.Trim());
            Assert.EndsWith("the harbour.", sample.Answers.All(a => a.Label is null && a.Condition is null) || sample.HasPair ? sample.Plain().Text.Trim() : sample.Answers[0].Text);
            Assert.True(!sample.HasPair || sample.Pair().Rejected.Text.Trim() == "A ship arrives.");
        }

        foreach (var method in settings["trains"].Split(' '))
        {
            var options = Options(path, method) with { Column = columns, IgnoreColumn = ignored };
            options = settings.TryGetValue("min-score-gap", out var gap) ? options with { MinScoreGap = double.Parse(gap) } : options;
            var summary = TrainingSession.Run(options);
            Assert.Equal((1, 0), (summary.Steps, summary.LeftOutRows));
        }
    }

    [Fact]
    public void Rows_are_refused_by_check_and_train_as_the_page_says()
    {
        var rows = Block("refused: rows");
        var expected = Block("refused: errors");
        var path = Write("data.jsonl", rows);
        var said = string.Join('\n', DataCheck.Run(DataSet.Open(path)).Problems).Replace(_world.Data + "/", "", StringComparison.Ordinal).Replace(_world.Data, "FOLDER", StringComparison.Ordinal) + "\n";
        Assert.True(said == expected, $"The page should show\n{said}");

        foreach (var (row, error) in rows.Trim().Split('\n').Zip(expected.Trim().Split('\n')))
        {
            var good = """{"prompt":"<video>What happens?","chosen":"A boat leaves.","rejected":"A ship.","videos":["harbour/boat.mp4"]}""";
            var options = Options(Write("one.jsonl", $"{good}\n{row}\n"), "dpo");
            var message = Assert.Throws<PralineException>(() => TrainingSession.Run(options)).Message;
            Assert.Contains(error[(error.IndexOf(": expected", StringComparison.Ordinal) + 2)..].Replace("FOLDER", _world.Data), message);
            Assert.Contains("one.jsonl, line 2", message);
            var skipped = TrainingSession.Run(options with { SkipBadRows = true, ModelDir = options.ModelDir + "-skipped" });
            Assert.Equal((1, 1), (skipped.Examples, skipped.LeftOutRows));
        }
    }

    [Fact]
    public void A_row_without_a_score_is_left_out_as_the_page_says()
    {
        var row = Block("left out: row");
        var path = Write("data.jsonl", row);
        Assert.Equal(Block("left out: warning").Trim(), Assert.Single(DataCheck.Run(DataSet.Open(path)).Problems).ToString().Replace(_world.Data + "/", "", StringComparison.Ordinal));
        var good = """{"prompt":"<video>What happens?","chosen":"A boat leaves.","rejected":"A ship.","videos":["harbour/boat.mp4"]}""";
        var options = Options(Write("one.jsonl", $"{good}\n{row}"), "dpo");
        var summary = TrainingSession.Run(options);
        Assert.Equal((1, 1), (summary.Examples, summary.LeftOutRows));
        Assert.Contains("was not scored", File.ReadAllText(Path.Combine(options.ModelDir, "left_out.jsonl")));
    }

    /// <summary>The table of containers: each file name in it is written by export and trained on.</summary>
    [Fact]
    public void Containers_of_the_page_are_written_and_read()
    {
        string[] names = [.. FileName().Matches(Page).Select(m => m.Groups[1].Value).Distinct()];
        Assert.True(names.Length >= 7, string.Join(", ", names));
        var rows = Write("in.jsonl", """{"prompt":"<video>What happens?","chosen":"A boat leaves.","rejected":"A ship.","videos":["harbour/boat.mp4"]}""");
        foreach (var name in names)
        {
            var path = Path.Combine(_world.Data, "containers", name);
            DataFormats.Write(path, "trl", DataSet.Open(rows).Samples());
            Assert.Equal(1, TrainingSession.Run(Options(path, "simpo")).Examples);
        }
    }

    /// <summary>The table of media: names that find the file, and names that do not.</summary>
    [Theory]
    [InlineData("harbour/boat.mp4", null)]
    [InlineData("harbour/boat", null)]
    [InlineData("boat", null)]
    [InlineData("{0}/harbour/boat.mp4", null)]
    [InlineData("file://{0}/harbour/boat.mp4", null)]
    [InlineData("../boat.mp4", "lies outside")]
    [InlineData("https://example.org/boat.mp4", "download the file")]
    [InlineData("twice", "several files that twice may mean: ")]
    public void Media_are_found_as_the_page_says(string name, string? problem)
    {
        File.Copy(Path.Combine(_world.Data, "v0.mp4"), Path.Combine(_world.Data, "harbour", "twice.mp4"));
        Directory.CreateDirectory(Path.Combine(_world.Data, "quay"));
        File.Copy(Path.Combine(_world.Data, "v0.mp4"), Path.Combine(_world.Data, "quay", "twice.mp4"));
        name = name.Replace("{0}", _world.Data, StringComparison.Ordinal);
        var path = Write("rows.jsonl", $$"""{"prompt":"What happens?","chosen":"A boat leaves.","rejected":"A ship.","video":"{{name}}"}""");
        var result = DataSet.Open(path).Read().Single();
        Assert.Equal(problem is null ? Path.Combine(_world.Data, "harbour", "boat.mp4") : null, result.Value?.Media.Single().Path);
        if (problem is not null)
        {
            Assert.Contains(problem, result.Problem!.Message);
            Assert.Contains(problem, Assert.Throws<PralineException>(() => TrainingSession.Run(Options(path, "simpo"))).Message);
        }
    }

    public void Dispose() => _world.Dispose();

    private string Write(string name, string text)
    {
        var path = Path.Combine(_world.Data, name);
        File.WriteAllText(path, text);
        return path;
    }

    private TrainOptions Options(string path, string method) => new()
    {
        Method = method,
        PretrainedPth = _world.Model,
        FromScratch = true,
        DatasetPath = path,
        DirPath = _world.Data,
        ModelDir = Path.Combine(_world.Folder, "runs", Guid.NewGuid().ToString("N")),
        Frames = new FrameSampling { MinFrames = 2, MaxFrames = 2 },
        Loop = new TrainerOptions { MaxSteps = 1, BatchSize = 4, LearningRate = 1e-3 },
    };

    private static string Block(string name)
    {
        var match = Regex.Match(Page, $@"<!-- {Regex.Escape(name)} -->\n```\w+\n(.*?)```", RegexOptions.Singleline);
        return match.Success ? match.Groups[1].Value : throw new InvalidOperationException($"The page has no block {name}.");
    }

    [GeneratedRegex(@"<!-- rows: (?<says>[^\n]*?) -->\n```json\n(?<rows>.*?)```", RegexOptions.Singleline)]
    private static partial Regex RowsBlock();

    [GeneratedRegex(@"`(rows\.[a-z.]+)`")]
    private static partial Regex FileName();
}
