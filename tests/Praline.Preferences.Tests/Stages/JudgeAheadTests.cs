using Praline.Json;
namespace Praline.Preferences.Tests;

/// <summary>Judging beside the writing of candidates.</summary>
public sealed class JudgeAheadTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public JudgeAheadTests() => FactVideo.WriteFolder(_folder["videos"], 8);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Judge_works_while_candidates_are_written_and_is_asked_nothing_twice()
    {
        using var server = new FakeEndpoint(r => JudgeAnswers.Sensible(r) with { Delay = TimeSpan.FromMilliseconds(10) });
        var before = 0;
        using (var judge = Patient(server.Url, "out"))
        {
            await Build(judge, new FactModel(TimeSpan.FromMilliseconds(100)), p => before = p is { Stage: "candidates" } && p.Done == p.Total ? server.Log.Count : before);
        }

        Assert.True(before > 0, "Nothing was asked before the last candidates were written.");

        // 2 · 6 + 1 questions a video, less those about equal captions.
        Assert.InRange(server.Log.Count, 8 * 8, 8 * 13);
        Assert.Equal(server.Log.DistinctBy(r => r.Body).Count(), server.Log.Count);

        using var other = Patient(server.Url, "apart");
        var files = new DataFiles(_folder["out"]);
        await new JudgeStage(other.Judge).RunAsync(null, files.ShortGeneration, files.LongGeneration, _folder["apart", "scores.jsonl"], new StageRunOptions());
        Assert.Equal(File.ReadAllText(files.Scores), File.ReadAllText(_folder["apart", "scores.jsonl"]));
    }

    [Fact]
    public async Task Expired_key_stops_the_build_while_candidates_are_written()
    {
        using var server = new FakeEndpoint(_ => FakeReply.Error(401, "Incorrect API key provided."));
        using (var judge = Patient(server.Url, "out"))
        {
            // Only the judge can end this before the test is given up: no video after the first two is ever written about.
            var error = await Assert.ThrowsAsync<StopStageException>(() => Build(judge, new StuckModel()));
            Assert.Contains("wrong or expired", error.Message);
        }

        var files = new DataFiles(_folder["out"]);
        Assert.False(File.Exists(files.LongGeneration));
        Assert.True(File.Exists(files.LongGeneration + ".journal"));

        using var good = new FakeEndpoint(JudgeAnswers.Sensible);
        using var again = Patient(good.Url, "out");
        await Build(again, new FactModel());
        Assert.Equal(8, JsonLines.Read<ScoresRow>(files.Scores).Count);
    }

    private Task<IReadOnlyList<StageSummary>> Build(EndpointJudge judge, ICaptionModel model, Action<StageProgress>? progress = null) =>
        Builders.Facts(model, judge.Judge).RunAsync(
            _folder["videos"], VideoFolder.Scan(_folder["videos"]), _folder["out"], new StageRunOptions { Progress = progress });

    // A busy machine must not make an answer late: a late one is asked for again.
    private EndpointJudge Patient(string url, string output) => new(url, _folder[output], o => o with { Deadline = TimeSpan.FromMinutes(2) });

    private sealed class StuckModel : ICaptionModel
    {
        private readonly FactModel _model = new();
        private int _whole;

        public string Fingerprint => _model.Fingerprint;

        public async Task<IVideoContext> EncodeAsync(VideoRequest video, CancellationToken cancellation)
        {
            // Clips have eight frames each; whole videos go by their length.
            if (video.Sampling.SampledFrames is null && Interlocked.Increment(ref _whole) > 2)
            {
                await Task.Delay(TimeSpan.FromMinutes(5), cancellation);
            }

            return await _model.EncodeAsync(video, cancellation);
        }

        public Task<IReadOnlyList<Caption>> CaptionAsync(
            IReadOnlyList<CaptionRequest> requests, CaptionSettings settings, CancellationToken cancellation) =>
            _model.CaptionAsync(requests, settings, cancellation);
    }
}
