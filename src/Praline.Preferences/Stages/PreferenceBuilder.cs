using Praline.Json;
using Praline.Torch.Distributed;

namespace Praline.Preferences;

/// <summary>
/// All four steps one after the other, each reading the file of the one before: what <c>praline build</c> runs. A judge that keeps its answers works beside step 3
/// already.
/// </summary>
public sealed class PreferenceBuilder
{
    /// <summary>Step 1.</summary>
    public required ClipStage Clips { get; init; }

    /// <summary>Step 2.</summary>
    public required CaptionClipsStage CaptionClips { get; init; }

    /// <summary>Step 3.</summary>
    public required CandidatesStage Candidates { get; init; }

    /// <summary>Step 4, scoring.</summary>
    public required JudgeStage Judge { get; init; }

    /// <summary>Step 4, ranking.</summary>
    public required RankStage Rank { get; init; }

    /// <summary>Makes all files in one folder; what an earlier start finished is kept.</summary>
    /// <param name="videoFolder">The folder that the videos' paths start from.</param>
    /// <param name="videos">The videos.</param>
    /// <param name="outputFolder">Where the files go.</param>
    /// <param name="run">How to run the stages that use the model; several processes share those.</param>
    /// <param name="judgeConcurrency">How many videos are judged at once.</param>
    /// <param name="cancellation">Stops the stage that is running; the next start goes on.</param>
    /// <returns>One summary for each stage that this process took part in, in order.</returns>
    public async Task<IReadOnlyList<StageSummary>> RunAsync(
        string videoFolder,
        IReadOnlyList<VideoItem> videos,
        string outputFolder,
        StageRunOptions run,
        int judgeConcurrency = 8,
        CancellationToken cancellation = default)
    {
        var files = new DataFiles(outputFolder);
        var alone = run with { World = World.Single };
        var summaries = new List<StageSummary>();

        // What needs no model is rank 0's: the others wait for its file.
        if (run.World.IsMain)
        {
            summaries.Add(await Clips.RunAsync(videoFolder, videos, files.Clips, alone, cancellation).ConfigureAwait(false));
        }

        run.World.Barrier();
        summaries.Add(await CaptionClips.RunAsync(videoFolder, files.Clips, files.ShortGeneration, run, cancellation).ConfigureAwait(false));
        summaries.Add(await RunCandidates(videoFolder, files, run, judgeConcurrency, cancellation).ConfigureAwait(false));
        if (run.World.IsMain)
        {
            summaries.Add(await Judge.RunAsync(
                videoFolder, files.ShortGeneration, files.LongGeneration, files.Scores,
                alone with { MaxConcurrency = judgeConcurrency }, cancellation).ConfigureAwait(false));
            summaries.Add(await Rank.RunAsync(files.LongGeneration, files.Scores, files.Pairs, alone, cancellation).ConfigureAwait(false));
        }

        return summaries;
    }

    /// <summary>Step 3, and while it runs the judging of what it has made, where the judge's answers are kept.</summary>
    private async Task<StageSummary> RunCandidates(
        string videoFolder, DataFiles files, StageRunOptions run, int judgeConcurrency, CancellationToken cancellation)
    {
        // With several processes it is rank 0 that judges, afterwards: the answers are kept in one file.
        if (!Judge.Judge.KeepsAnswers || run.World.Size > 1)
        {
            return await Candidates.RunAsync(videoFolder, files.Clips, files.LongGeneration, run, cancellation).ConfigureAwait(false);
        }

        var clips = JsonLines.Read<ShortGenerationRow>(files.ShortGeneration).ToDictionary(c => c.Idx);
        var ranges = JudgeStage.Ranges(Judge.ClipsPath);
        await using var ahead = new JudgeAhead(
            row => clips.TryGetValue(row.Idx, out var captions) ? JudgeStage.CaseOf(videoFolder, captions, row, ranges) : null,
            Judge.Judge, judgeConcurrency, cancellation);
        Candidates.Made = ahead.Add;
        try
        {
            return await Candidates.RunAsync(videoFolder, files.Clips, files.LongGeneration, run, ahead.Stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (ahead.Stopped is { } stopped)
        {
            throw new StopStageException(stopped.Message, stopped);
        }
        finally
        {
            Candidates.Made = null;
        }
    }
}
