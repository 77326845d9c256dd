using Praline.Data;
namespace Praline.Preferences;

/// <summary>
/// Step 1 of SynPO's data (<c>generate_caption1.py</c>): cuts each video into clips and writes <c>clips.jsonl</c>.
/// </summary>
/// <param name="probe">Tells how long videos are.</param>
/// <param name="scenes">Finds cuts, for <see cref="ClipMode.Scenes"/>; null for FFmpeg's libraries.</param>
public sealed class ClipStage(IVideoProbe probe, ISceneFinder? scenes = null)
{
    /// <summary>The stage's name.</summary>
    public const string Name = "clips";

    /// <summary>How videos are cut.</summary>
    public ClipOptions Options { get; init; } = new();

    /// <summary>What is asked about a video that brings no question of its own.</summary>
    public PromptSet Prompts { get; init; } = PromptSet.Default;

    /// <summary>Cuts all videos.</summary>
    /// <param name="folder">The folder that the videos' paths start from.</param>
    /// <param name="videos">The videos, in the order of the output.</param>
    /// <param name="outputPath">Where <c>clips.jsonl</c> goes.</param>
    /// <param name="run">How to run.</param>
    /// <param name="cancellation">Stops the stage.</param>
    public Task<StageSummary> RunAsync(
        string folder, IReadOnlyList<VideoItem> videos, string outputPath, StageRunOptions run, CancellationToken cancellation = default)
    {
        Options.Validate();
        var settings = new StageFingerprint();
        Options.AddTo(settings);
        Prompts.AddTo(settings, "question");
        videos = run is { Restart: false } and ({ Update: true } or { RetryFailed: true }) ? VideoFolder.KeepNumbers(videos, outputPath) : videos;
        var listing = videos.Select(v => Listing(folder, v)).ToList();
        var plan = new StagePlan
        {
            Stage = Name,
            OutputPath = outputPath,
            Items = [.. videos.Zip(listing, (v, line) => StageItem.Of(v.Name, line))],
            Settings = settings,
            Inputs = new StageFingerprint().AddText("the list of videos", string.Join('\n', listing)),
        };
        return StageRunner.RunAsync(plan, (i, _) => Task.FromResult(Cut(folder, videos[i])), run, cancellation);
    }

    private StageResult Cut(string folder, VideoItem video)
    {
        var facts = probe.Probe(VideoList.Locate(folder, video));
        var (offset, frames) = video.Range is { } only ? (only.First, only.Last - only.First + 1) : (0, facts.Frames);
        if (frames < 1 || offset + frames > facts.Frames)
        {
            return StageResult.Reject(video.Range is null
                ? "The video has no frames."
                : $"The frames {video.Range} were asked for, but the video has {facts.Frames}.");
        }

        return StageResult.Of(Ranges(folder, video, offset, frames, facts.Duration * frames / facts.Frames).Select((range, j) => new ClipRow
        {
            VideoName = video.Name,
            Video = video.Path,
            Question = video.Question ?? Prompts.Question,
            Answer = video.Answer,
            FrameRange = range,
            Idx = video.Idx,
            Idy = j,
        }));
    }

    private IEnumerable<FrameRange> Ranges(string folder, VideoItem video, int offset, int frames, double seconds)
    {
        if (Options.Mode == ClipMode.Scenes)
        {
            var cuts = (scenes ?? new MediaSceneFinder()).Find(
                VideoList.Locate(folder, video), Options.SceneThreshold, (int)Math.Ceiling(Options.MinSceneSeconds * frames / seconds));
            return ClipRanges.Scenes(offset, offset + frames - 1, cuts, Options.MinClips, Options.MaxClips);
        }

        var ranges = Options.Mode == ClipMode.Fixed
            ? ClipRanges.Fixed(frames, seconds, Options.SecondsPerClip)
            : ClipRanges.Equal(frames, Options.CountFor(seconds));
        return ranges.Select(r => new FrameRange(offset + r.First, offset + r.Last));
    }

    // Names and sizes, not dates: a copied folder is the same input.
    private static string Listing(string folder, VideoItem v)
    {
        var file = new FileInfo(Path.Combine(folder, v.Path));
        return string.Join('\t', v.Idx, v.Name, v.Path, file.Exists ? file.Length : -1, v.Question, v.Answer, v.Range);
    }
}
