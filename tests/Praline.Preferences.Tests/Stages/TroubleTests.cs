using Praline.Json;
namespace Praline.Preferences.Tests;

/// <summary>What happens in a long night: videos vanish, clocks jump.</summary>
public sealed class TroubleTests : IDisposable
{
    private static readonly DateTime Past = new(1971, 1, 1, 0, 0, 0, DateTimeKind.Utc), Future = new(2099, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly TempFolder _folder = new();

    public TroubleTests() => FactVideo.WriteFolder(_folder["videos"], 6);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Video_that_vanishes_between_two_steps_is_listed_and_can_be_had_later()
    {
        await Build("whole");
        var files = new DataFiles(_folder["out"]);
        await new ClipStage(new FactProbe()).RunAsync(_folder["videos"], VideoFolder.Scan(_folder["videos"]), files.Clips, new StageRunOptions());
        var videos = VideoFolder.Scan(_folder["videos"]);
        var (path, away) = (_folder["videos", videos[2].Path], _folder["away.mp4"]);
        File.Move(path, away);

        // The same list of videos, as from a manifest: the clips are made, their video is not there.
        var model = new FactModel();
        await Builders.Facts(model).CaptionClips.RunAsync(_folder["videos"], files.Clips, files.ShortGeneration, new StageRunOptions());
        await Builders.Facts(model).Candidates.RunAsync(_folder["videos"], files.Clips, files.LongGeneration, new StageRunOptions());
        var rejected = JsonLines.Read<RejectedRow>(files.Rejected);
        Assert.Equal([("candidates", videos[2].Name), ("caption-clips", videos[2].Name)], rejected.Select(r => (r.Stage, r.Item)));
        Assert.All(rejected, r => Assert.Contains("is not there. Put the video back", r.Reason));
        Assert.Equal(5, JsonLines.Read<LongGenerationRow>(files.LongGeneration).Count);

        File.Move(away, path);
        await Build("out", new StageRunOptions { RetryFailed = true });
        Assert.Equal(Builders.Read(_folder["whole"]), Builders.Read(_folder["out"]));
    }

    // A clock that jumped leaves files of the future or of long ago: what is finished is told by content, never by time.
    [Fact]
    public async Task Clock_that_jumps_makes_nothing_anew_and_loses_nothing()
    {
        await Build("whole");
        var done = 0;
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Build("out", new StageRunOptions
        {
            Progress = p =>
            {
                if (p.Stage == CandidatesStage.Name && ++done == 4)
                {
                    stop.Cancel();
                }
            },
        }, stop.Token));
        SetTimes(_folder["out"], Future);
        SetTimes(_folder["videos"], Past);

        var reused = new Dictionary<string, int>();
        await Build("out", new StageRunOptions { Progress = p => reused[p.Stage] = p.Reused });
        Assert.DoesNotContain(ClipStage.Name, reused.Keys);
        Assert.DoesNotContain(CaptionClipsStage.Name, reused.Keys);
        Assert.True(reused[CandidatesStage.Name] >= 2, $"{reused[CandidatesStage.Name]} candidates were kept");
        Assert.Equal(Builders.Read(_folder["whole"]), Builders.Read(_folder["out"]));

        SetTimes(_folder["out"], Past);
        var summaries = await Build("out");
        Assert.All(summaries, s => Assert.Equal(s.Items, s.Reused));
    }

    private static void SetTimes(string folder, DateTime time)
    {
        foreach (var file in Directory.GetFiles(folder))
        {
            File.SetLastWriteTimeUtc(file, time);
        }
    }

    private Task<IReadOnlyList<StageSummary>> Build(string output, StageRunOptions? run = null, CancellationToken cancellation = default) =>
        Builders.Facts().RunAsync(
            _folder["videos"], VideoFolder.Scan(_folder["videos"]), _folder[output], run ?? new StageRunOptions(), cancellation: cancellation);
}
