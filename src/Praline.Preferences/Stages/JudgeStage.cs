using Praline.Data;
using Praline.Json;
namespace Praline.Preferences;

/// <summary>
/// The first half of step 4: has each video's candidates judged and writes <c>scores.jsonl</c>. All that costs money is here; making pairs of the
/// scores (<see cref="RankStage"/>) is free.
/// </summary>
public sealed class JudgeStage(IJudge judge)
{
    /// <summary>The stage's name.</summary>
    public const string Name = "judge";

    /// <summary>The judge.</summary>
    internal IJudge Judge => judge;

    /// <summary>
    /// <c>clips.jsonl</c>, for judges that look at frames: where captions are about a stretch of a video, it tells which. Null, or a file that is not there: whole videos.
    /// </summary>
    public string? ClipsPath { get; init; }

    /// <summary>Judges all videos of <c>long_generation.jsonl</c>.</summary>
    /// <param name="folder">The folder that the videos' paths start from, for judges that look at frames; null without.</param>
    /// <param name="shortPath">The clip captions.</param>
    /// <param name="longPath">The candidates.</param>
    /// <param name="outputPath">Where <c>scores.jsonl</c> goes.</param>
    /// <param name="run">How to run; items under way at once keep the judge busy.</param>
    /// <param name="cancellation">Stops the stage.</param>
    public Task<StageSummary> RunAsync(
        string? folder, string shortPath, string longPath, string outputPath, StageRunOptions run, CancellationToken cancellation = default)
    {
        var videos = Generations.Join(shortPath, longPath);
        var plan = new StagePlan
        {
            Stage = Name,
            OutputPath = outputPath,
            Items = [.. videos.Select(v => v.ToItem())],
            Settings = new StageFingerprint().Add("judge", judge.Fingerprint),
            Inputs = new StageFingerprint().AddFile("the clip captions", shortPath).AddFile("the candidates", longPath),
        };
        var ranges = Ranges(ClipsPath);
        return StageRunner.RunAsync(plan, (i, token) => JudgeVideo(folder, videos[i], ranges, token), run, cancellation);
    }

    /// <summary>The frames that each video's clips cover, by its number.</summary>
    internal static IReadOnlyDictionary<int, FrameRange> Ranges(string? clipsPath) => clipsPath is null || !File.Exists(clipsPath)
        ? new Dictionary<int, FrameRange>()
        : JsonLines.Read<ClipRow>(clipsPath).GroupBy(c => c.Idx)
            .ToDictionary(g => g.Key, g => new FrameRange(g.Min(c => c.FrameRange.First), g.Max(c => c.FrameRange.Last)));

    /// <summary>What a judge is shown of a video.</summary>
    internal static JudgeCase CaseOf(string? folder, ShortGenerationRow clips, LongGenerationRow candidates, IReadOnlyDictionary<int, FrameRange> ranges) => new()
    {
        VideoName = candidates.VideoName,
        VideoPath = folder is null || candidates.Video is null ? null : Path.Combine(folder, candidates.Video),
        Range = ranges.TryGetValue(candidates.Idx, out var range) ? range : null,
        Question = candidates.Question,
        ClipCaptions = clips.ShortAnswers,
        Candidates = candidates.LongAnswers,
    };

    private async Task<StageResult> JudgeVideo(
        string? folder, Generations video, IReadOnlyDictionary<int, FrameRange> ranges, CancellationToken cancellation)
    {
        if (video.Long is not { } candidates)
        {
            return StageResult.Reject("It has clip captions but no candidates.");
        }

        if (video.Short is not { } clips)
        {
            return StageResult.Reject("It has candidates but no clip captions to compare them with.");
        }

        var judgements = await judge.JudgeAsync(CaseOf(folder, clips, candidates, ranges), cancellation).ConfigureAwait(false);

        var unanswered = judgements.Aspects.SelectMany(a => a.Judgements).OfType<Judgement.Unscored>().Where(u => u.Transient).ToList();
        return StageResult.Of(ScoresRow.Of(candidates.Idx, candidates.VideoName, judgements)) with
        {
            Missing = unanswered.Count == 0 ? null : $"{unanswered.Count} judgements: {unanswered[0].Reason}",
        };
    }
}
