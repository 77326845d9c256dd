using Praline.Json;
namespace Praline.Preferences.Tests;

public sealed class BuildTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public BuildTests() => FactVideo.WriteFolder(_folder["videos"], 8);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Makes_the_papers_files()
    {
        var summaries = await Build("out");
        var files = new DataFiles(_folder["out"]);
        Assert.Equal(["clips", "caption-clips", "candidates", "judge", "rank"], summaries.Select(s => s.Stage));

        var clips = JsonLines.Read<ClipRow>(files.Clips);
        var shorts = JsonLines.Read<ShortGenerationRow>(files.ShortGeneration);
        var longs = JsonLines.Read<LongGenerationRow>(files.LongGeneration);
        var pairs = JsonLines.Read<PairRow>(files.Pairs);

        // 4, 11, 18, 25, 32 seconds: min(16, max(2, floor(s / 10) + 1)) clips.
        Assert.Equal([2, 2, 2, 3, 4, 2, 2, 2], clips.GroupBy(c => c.Idx).Select(g => g.Count()));
        Assert.Equal(8, shorts.Count);
        Assert.All(shorts, s => Assert.Equal(clips.Count(c => c.Idx == s.Idx), s.ShortAnswers.Count));
        Assert.All(longs, l => Assert.Equal(6, l.LongAnswers.Count));
        Assert.True(pairs.Count >= 6, $"{pairs.Count} of 8 videos gave a pair");
        Assert.All(pairs, p =>
        {
            var totals = p.HalluScores.Select((h, i) => 1.1 * h + p.HarmoScores[i] + p.ConsiScores[i]).ToList();
            Assert.Contains(p.PosPre, p.Candidates.LongAnswers);
            Assert.Contains(p.NegPre, p.Candidates.LongAnswers);
            Assert.Equal(totals[p.Candidates.LongAnswers.ToList().IndexOf(p.PosPre)], p.PosScore);
            Assert.True(p.Gap > 0);
        });
        Assert.Contains(pairs, p => p.Gap >= 4);
    }

    [Fact]
    public async Task Concurrency_does_not_change_the_files_and_the_seed_does()
    {
        await Build("one");
        await Build("many", concurrency: 7);
        await Build("seed", seed: 8);
        Assert.Equal(Builders.Read(_folder["one"]), Builders.Read(_folder["many"]));
        Assert.NotEqual(Builders.Read(_folder["one"])["long_generation.jsonl"], Builders.Read(_folder["seed"])["long_generation.jsonl"]);
        Assert.Equal(Builders.Read(_folder["one"])["short_generation.jsonl"], Builders.Read(_folder["seed"])["short_generation.jsonl"]);
    }

    [Fact]
    public async Task Candidates_of_a_video_do_not_depend_on_the_others()
    {
        await Build("all");
        foreach (var v in Enumerable.Range(0, 7))
        {
            File.Delete(_folder["videos", $"video{v:000}.mp4"]);
        }

        await Build("last");
        Assert.Equal(
            JsonLines.Read<LongGenerationRow>(_folder["all", "long_generation.jsonl"])[^1].LongAnswers,
            JsonLines.Read<LongGenerationRow>(_folder["last", "long_generation.jsonl"]).Single().LongAnswers);
    }

    [Fact]
    public async Task Video_is_encoded_once_for_all_candidates()
    {
        var model = new FactModel();
        await Build("out", model);
        var clips = JsonLines.Read<ClipRow>(_folder["out", "clips.jsonl"]).Count;
        Assert.Equal(clips + 8, model.Encoded);
    }

    [Fact]
    public async Task Broken_and_vanished_videos_are_listed_and_can_come_back()
    {
        _folder.Write("videos/broken.mp4", "nothing");
        var videos = VideoFolder.Scan(_folder["videos"]);
        File.Move(_folder["videos", "video003.mp4"], _folder["gone"]);
        await Build("out", videos: videos);

        var rejected = JsonLines.Read<RejectedRow>(_folder["out", "rejected.jsonl"]);
        Assert.Contains(rejected, r => r is { Stage: "clips", Item: "broken" } && r.Reason.Contains("not a video"));
        Assert.Contains(rejected, r => r is { Stage: "clips", Item: "video003" } && r.Reason.Contains("is not there"));
        Assert.Equal(7, JsonLines.Read<LongGenerationRow>(_folder["out", "long_generation.jsonl"]).Count);

        File.Move(_folder["gone"], _folder["videos", "video003.mp4"]);
        var model = new FactModel();
        var again = await Builders.Facts(model).RunAsync(_folder["videos"], videos, _folder["out"], new StageRunOptions { RetryFailed = true });
        Assert.Equal([7, 7, 7], again.Take(3).Select(s => s.Reused));
        Assert.Equal(8, JsonLines.Read<LongGenerationRow>(_folder["out", "long_generation.jsonl"]).Count);
        Assert.DoesNotContain(JsonLines.Read<RejectedRow>(_folder["out", "rejected.jsonl"]), r => r.Item == "video003");
    }

    [Fact]
    public async Task New_video_is_added_without_doing_the_others_again()
    {
        await Build("out");
        File.Copy(_folder["videos", "video004.mp4"], _folder["videos", "another.mp4"]);
        await Assert.ThrowsAsync<PralineException>(() => Build("out"));

        var model = new FactModel();
        var summaries = await Builders.Facts(model).RunAsync(
            _folder["videos"], VideoFolder.Scan(_folder["videos"]), _folder["out"], new StageRunOptions { Update = true });
        Assert.All(summaries.Take(4), s => Assert.Equal((9, 8), (s.Items, s.Reused)));
        Assert.Equal(4 + 1, model.Encoded);
    }

    private async Task<IReadOnlyList<StageSummary>> Build(
        string output, FactModel? model = null, int concurrency = 1, ulong seed = 7, IReadOnlyList<VideoItem>? videos = null) =>
        await Builders.Facts(model, seed: seed).RunAsync(
            _folder["videos"], videos ?? VideoFolder.Scan(_folder["videos"]), _folder[output],
            new StageRunOptions { MaxConcurrency = concurrency });
}
