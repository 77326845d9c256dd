using System.Text.Json;
using Praline.SmallWorld;

namespace Praline.Cli.Tests;

/// <summary>The commands around preference data, as a user runs them.</summary>
public sealed class PreferenceCommandsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("praline-preferences-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void From_a_manifest_to_pairs_in_another_format()
    {
        SmallWorldData.WriteVideos(_folder, SmallWorldSplit.Preference, 3);
        var names = Directory.GetFiles(At("videos"), "*.mp4").Select(Path.GetFileName).Order(StringComparer.Ordinal).ToList();
        File.WriteAllText(At("videos", "broken.mp4"), "no video");
        File.WriteAllLines(At("list.csv"),
            ["path,id,question,frame_range", $"{names[0]},,,", $"{names[1]},second,What moves?,", $"{names[1]},part,,0-40", $"{names[2]},,,", "broken.mp4,,,", "gone.mp4,,,"]);
        string[] build =
        [
            "build", "--model", "small-captioner", "--videos", At("videos"), "--manifest", At("list.csv"), "--out", At("out"), "--judge", "small-world", "offline", "--clips", "scenes",
            "--candidates", "4", "--max-new-tokens", "80", "--threads", "1",
        ];

        // A plan writes nothing and costs nothing.
        var plan = Run([.. build, "--judge", "openai", "--plan", "--price-prompt", "1", "--price-answer", "1"]);
        Assert.All(["videos", "judge: questions", "36", "files that can't be used"], text => Assert.Contains(text, plan));
        Assert.False(Directory.Exists(At("out")));

        Run(build);
        var rejected = File.ReadAllText(At("out", "rejected.jsonl"));
        Assert.All(["\"broken\"", "\"gone\""], name => Assert.Contains(name, rejected));
        var scores = File.ReadAllLines(At("out", "scores.jsonl"));
        Assert.Equal(4, scores.Length);
        Assert.All(scores, line => Assert.Contains("\"parts\"", line));
        Assert.Contains("\"video_name\":\"part\"", scores[2]);
        Assert.NotEmpty(Directory.GetFiles(At("out", "vision-cache"), "*.safetensors", SearchOption.AllDirectories));
        Assert.Contains("Judge agreement", File.ReadAllText(At("out", "report.html")));
        using var ranking = JsonDocument.Parse(File.ReadAllText(At("out", "ranking.json")));
        Assert.Equal(3, ranking.RootElement.GetProperty("judge_agreement").GetArrayLength());

        // Other weights and rules, nobody asked.
        var before = File.ReadAllLines(At("out", "pairs.jsonl")).Length;
        Run(["rank", "--videos", At("videos"), "--out", At("out"), "--reweight", "--pairs", "AllPairs", "--harmony-weight", "0"]);
        Assert.True(File.ReadAllLines(At("out", "pairs.jsonl")).Length > before);

        Run(["export", At("out", "pairs.jsonl"), "--format", "trl-conversational", "--out", At("trl.jsonl")]);
        Assert.Contains("0 errors", Run(["check", At("trl.jsonl"), "--videos", At("videos"), "--tokens", "--model", "small-captioner"]));
        Run(["export", At("trl.jsonl"), "--format", "synpo", "--out", At("back.jsonl")]);
        Assert.Equal(Pairs(At("out", "pairs.jsonl")), Pairs(At("back.jsonl")));

        var (exitCode, problems, _) = PralineProcess.Run("check", At("back.jsonl"), "--videos", At("videos"), "--tokens", "--model", "small-captioner", "--max-length", "60");
        Assert.Equal(1, exitCode);
        Assert.Contains("line 1", problems);
        Assert.Contains("Raise --max-length", problems);
    }

    [Fact]
    public void Settings_that_make_no_sense_are_named()
    {
        SmallWorldData.WriteVideos(_folder, SmallWorldSplit.Preference, 1);
        string[] build = ["build", "--model", "small-captioner", "--videos", At("videos"), "--out", At("out")];
        foreach (var (options, expected) in new[]
                 {
                     (new[] { "--judge", "someone" }, "There is no judge 'someone'"),
                     (["--judge", "openai", "--api-url", ""], "API_URL"),
                     (["--manifest", At("none.csv")], "none.csv"),
                     (["--near-duplicate", "2"], "near-duplicate"),
                 })
        {
            var (exitCode, _, error) = PralineProcess.Run([.. build, .. options]);
            Assert.Equal(1, exitCode);
            Assert.Contains(expected, error);
            Assert.DoesNotContain("   at ", error);
        }
    }

    private static IReadOnlyList<(string, string, string)> Pairs(string path) =>
    [
        .. File.ReadAllLines(path).Select(line => JsonDocument.Parse(line).RootElement)
            .Select(p => (p.GetProperty("video").GetString()!, p.GetProperty("pos_pre").GetString()!, p.GetProperty("neg_pre").GetString()!)),
    ];

    private string At(params string[] parts) => Path.Combine([_folder, .. parts]);

    private static string Run(string[] arguments)
    {
        var (exitCode, text, error) = PralineProcess.Run(arguments);
        Assert.True(exitCode == 0, text + error);
        return text;
    }
}
