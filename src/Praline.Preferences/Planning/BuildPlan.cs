using Praline.Media;
using Praline.Data;
namespace Praline.Preferences;

/// <summary>What a build would do and cost, before anything is done: <c>praline build --plan</c>.</summary>
public sealed record BuildPlan
{
    /// <summary>How many videos can be used.</summary>
    public required int Videos { get; init; }

    /// <summary>The files that can't, and why.</summary>
    public required IReadOnlyList<RejectedRow> Rejected { get; init; }

    /// <summary>Length of all videos.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>How many clips they give.</summary>
    public required int Clips { get; init; }

    /// <summary>How many frames go through the vision tower.</summary>
    public required long Frames { get; init; }

    /// <summary>How many captions are written: two rounds for each clip and for each candidate.</summary>
    public required long Captions { get; init; }

    /// <summary>Tokens of prompts that the captioner reads; what those of one video begin with counts once for each round.</summary>
    public required long CaptionerPromptTokens { get; init; }

    /// <summary>Tokens that the captioner writes.</summary>
    public required long CaptionerNewTokens { get; init; }

    /// <summary>How many questions the judge is asked, if none has to be asked again: 2·N + 1 for a video.</summary>
    public required long JudgeCalls { get; init; }

    /// <summary>Tokens of the judge's questions.</summary>
    public required long JudgePromptTokens { get; init; }

    /// <summary>Tokens of the judge's answers.</summary>
    public required long JudgeAnswerTokens { get; init; }

    /// <summary>What the judge will cost, in the currency of the prices; null without prices.</summary>
    public decimal? Cost { get; init; }

    /// <summary>Looks at all videos, without decoding them, and adds up.</summary>
    public static BuildPlan Of(string folder, IReadOnlyList<VideoItem> videos, IVideoProbe probe, PlanOptions options)
    {
        var looked = videos.AsParallel().AsOrdered().Select(video => Look(folder, video, probe)).ToList();
        return Of([.. looked.Select(l => l.Facts).OfType<VideoFacts>()], options) with { Rejected = [.. looked.Select(l => l.Rejected).OfType<RejectedRow>()] };
    }

    private static (VideoFacts? Facts, RejectedRow? Rejected) Look(string folder, VideoItem video, IVideoProbe probe)
    {
        try
        {
            return (OnlyRange(probe.Probe(VideoList.Locate(folder, video)), video.Range), null);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return (null, new RejectedRow(ClipStage.Name, video.Name, e.Message));
        }
    }

    private static VideoFacts OnlyRange(VideoFacts facts, FrameRange? range) => range is not { } only
        ? facts
        : new VideoFacts(only.Last - only.First + 1, facts.Duration * (only.Last - only.First + 1) / facts.Frames);

    /// <summary>Adds up for videos of these lengths.</summary>
    public static BuildPlan Of(IReadOnlyList<VideoFacts> videos, PlanOptions options)
    {
        var prompts = options.Prompts;
        long n = options.Candidates, caption = options.CaptionTokens, clips = 0, frames = 0, captionerPrompts = 0, judgePrompts = 0, judgeAnswers = 0;
        foreach (var video in videos)
        {
            long count = options.Clips.CountFor(video.Duration), clipFrames = FramesOf(video, options.ClipSampling), videoFrames = FramesOf(video, options.VideoSampling);
            clips += count;
            frames += count * clipFrames + videoFrames;

            // The draft's prompt once for all drafts of a video; of the retrospective prompts all but the draft that each shows is read once.
            captionerPrompts += count * (2 * clipFrames * options.TokensPerFrame + Tokens(prompts, "clip", "question", "retrospective-clip") + caption)
                + 2 * videoFrames * options.TokensPerFrame + Tokens(prompts, "question", "retrospective-video") + n * caption;
            judgePrompts += n * (Tokens(prompts, "judge-system", "judge-hallucination") + caption * (1 + count))
                + n * (Tokens(prompts, "judge-system", "judge-harmony", "question") + caption)
                + Tokens(prompts, "judge-system", "judge-consistency") + n * (caption + 20);
            judgeAnswers += n * (options.ReasonTokens + 15) + n * 8 + options.ReasonTokens + 12 * n;
        }

        var calls = options.JudgeIsPaid ? videos.Count * (2 * n + 1) : 0;
        (judgePrompts, judgeAnswers) = options.JudgeIsPaid ? (judgePrompts, judgeAnswers) : (0, 0);
        return new BuildPlan
        {
            Videos = videos.Count,
            Rejected = [],
            Duration = TimeSpan.FromSeconds(videos.Sum(v => v.Duration)),
            Clips = (int)clips,
            Frames = frames,
            Captions = 2 * (clips + n * videos.Count),
            CaptionerPromptTokens = captionerPrompts,
            CaptionerNewTokens = 2 * caption * (clips + n * videos.Count),
            JudgeCalls = calls,
            JudgePromptTokens = judgePrompts,
            JudgeAnswerTokens = judgeAnswers,
            Cost = options is { PricePerMillionPrompt: { } prompt, PricePerMillionAnswer: { } answer }
                ? (judgePrompts * prompt + judgeAnswers * answer) / 1_000_000m
                : null,
        };
    }

    private static int FramesOf(VideoFacts video, FrameSampling sampling) => sampling.SampledFrames
        ?? Math.Min(video.Frames, Math.Max(sampling.MinFrames, Math.Min(sampling.MaxFrames, (int)(video.Duration * sampling.FramesPerSecond))));

    // About four characters of English a token.
    private static long Tokens(PromptSet prompts, params ReadOnlySpan<string> names)
    {
        var characters = 0;
        foreach (var name in names)
        {
            characters += prompts[name].Length;
        }

        return characters / 4;
    }
}
