using Praline.Json;
using System.Globalization;
using System.Text.RegularExpressions;
using Praline.Testing;

namespace Praline.Preferences.Tests;

/// <summary>The examples of <c>docs/data-formats.md</c> and <c>docs/judges.md</c> are run.</summary>
public sealed partial class DocumentationTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Rows_of_a_build_are_as_written()
    {
        Check<ClipRow>("clips.jsonl");
        Check<ShortGenerationRow>("short_generation.jsonl");
        Check<LongGenerationRow>("long_generation.jsonl");
        Check<ScoresRow>("scores.jsonl");
        Check<PairRow>("pairs.jsonl");
        Check<RejectedRow>("rejected.jsonl");

        void Check<T>(string name)
            where T : IJsonRow<T>
        {
            var text = Example("data-formats.md", name);
            JsonLines.Write(_folder["back.jsonl"], JsonLines.Read<T>(_folder.Write(name, text)));
            Assert.Equal(text, File.ReadAllText(_folder["back.jsonl"]));
        }
    }

    [Fact]
    public void Manifests_say_the_same()
    {
        var json = VideoManifest.Read(_folder.Write("m.jsonl", Example("data-formats.md", "manifest.jsonl")));
        Assert.Equal(json, VideoManifest.Read(_folder.Write("m.csv", Example("data-formats.md", "manifest.csv"))));
        Assert.Equal(["harbour/boat.mp4", "boat-end"], json.Select(v => v.Name));
    }

    [Fact]
    public void Answers_are_read_as_shown()
    {
        Assert.All(Example("judges.md", "answers read as 4").Trim().Split('\n'), a => Assert.Equal(4, ScoreAnswer.Read(a, ScoreRange.Hallucination).Value));
        Assert.All(Example("judges.md", "answers without a score").Trim().Split('\n'), a => Assert.Null(ScoreAnswer.Read(a, ScoreRange.Hallucination).Value));
    }

    [Fact]
    public void Cost_is_as_shown()
    {
        var plan = BuildPlan.Of([.. Enumerable.Repeat(new VideoFacts(750, 30), 1000)],
            new PlanOptions { PricePerMillionPrompt = 0.15m, PricePerMillionAnswer = 0.60m });
        var said = string.Create(CultureInfo.InvariantCulture,
            $"{plan.JudgeCalls} questions, {plan.JudgePromptTokens / 1e6:0.0} million tokens asked, {plan.JudgeAnswerTokens / 1e6:0.0} million tokens answered, cost {plan.Cost:0.00}\n");
        Same(said, Example("judges.md", "cost 1000 videos of 30 seconds"));
    }

    [Fact]
    public async Task Offline_scores_are_as_shown()
    {
        var rows = TableRow().Matches(Text("judges.md")).Select(m => m.Groups).Where(g => g[1].Value.EndsWith('.') && g[1].Value.Contains(' ')).ToList();
        var judged = await new OfflineJudge().JudgeAsync(
            new JudgeCase
            {
                VideoName = "v",
                Question = "",
                ClipCaptions = Example("judges.md", "offline clips").Trim().Split('\n'),
                Candidates = [.. rows.Select(r => r[1].Value)],
            },
            default);
        Assert.True(rows.Count >= 4);
        Same(
            string.Join('\n', rows.Select((row, i) =>
            {
                var scores = judged.Aspects.Select(a => a.Judgements[i].Score).ToList();
                var total = new ScoreWeights().Total(scores[0], scores[1], scores[2]);
                return string.Create(CultureInfo.InvariantCulture, $"| {row[1].Value} | {scores[0]} | {scores[1]} | {scores[2]} | {total:0.0} |");
            })),
            string.Join('\n', rows.Select(row => row[0].Value)));
    }

    // Says all of what the page should show, to be copied there.
    private static void Same(string actual, string shown) => Assert.True(actual == shown, $"The page should show\n{actual}\nbut shows\n{shown}");

    private static string Text(string document) =>
        File.ReadAllText(Path.Combine(Golden.RepositoryRoot, "docs", document)).Replace("\r\n", "\n");

    private static string Example(string document, string name)
    {
        var match = Regex.Match(Text(document), $@"<!-- example: {Regex.Escape(name)} -->\n```\w+\n(.*?)```", RegexOptions.Singleline);
        return match.Success ? match.Groups[1].Value : throw new InvalidOperationException($"{document} has no example {name}.");
    }

    [GeneratedRegex(@"^\| (.+?) \| (\d) \| (\d) \| (\d) \| ([\d.]+) \|$", RegexOptions.Multiline)]
    private static partial Regex TableRow();
}
