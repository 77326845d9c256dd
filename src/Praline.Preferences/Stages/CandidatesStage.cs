using Praline.Media;
using Praline.Data;
using Praline.Json;
namespace Praline.Preferences;

/// <summary>
/// Step 3 of SynPO's data (<c>generate_caption3.py</c>): several drawn captions of each whole video. N drafts over one shared prompt, then each is
/// captioned again once by a prompt that shows the draft, all of which share what comes before it (the visual tokens above all); both rounds are
/// drawn. Writes <c>long_generation.jsonl</c>.
/// </summary>
public sealed class CandidatesStage(ICaptionModel model)
{
    /// <summary>The stage's name.</summary>
    public const string Name = "candidates";

    /// <summary>How many captions of each video (<c>generate_nums</c>).</summary>
    public int Candidates { get; init; } = 10;

    /// <summary>How many frames of a video the model sees.</summary>
    public FrameSampling Sampling { get; init; } = FrameSampling.ForVideos;

    /// <summary>How captions are drawn.</summary>
    public CaptionSettings Settings { get; init; } = CaptionSettings.Sampled;

    /// <summary>What the model is asked.</summary>
    public PromptSet Prompts { get; init; } = PromptSet.Default;

    /// <summary>The run's seed.</summary>
    public ulong Seed { get; init; }

    /// <summary>Told of each video whose candidates were made; called from several threads.</summary>
    public Action<LongGenerationRow>? Made { get; set; }

    /// <summary>Writes candidates for all videos of <c>clips.jsonl</c>.</summary>
    /// <param name="folder">The folder that the videos' paths start from.</param>
    /// <param name="clipsPath">The clips; only which videos they speak of matters here.</param>
    /// <param name="outputPath">Where <c>long_generation.jsonl</c> goes.</param>
    /// <param name="run">How to run.</param>
    /// <param name="cancellation">Stops the stage.</param>
    public Task<StageSummary> RunAsync(
        string folder, string clipsPath, string outputPath, StageRunOptions run, CancellationToken cancellation = default)
    {
        if (Candidates < 2)
        {
            throw new PralineException($"A pair needs at least 2 candidates of a video; {Candidates} was asked for.");
        }

        Sampling.Validate();
        Settings.Validate();
        var videos = VideoList.FromClips(clipsPath);
        var settings = new StageFingerprint()
            .Add("model", model.Fingerprint).Add("candidates", Candidates).Add("seed", Seed);
        Sampling.AddTo(settings);
        Settings.AddTo(settings);
        Prompts.AddTo(settings, "retrospective-video");
        var plan = new StagePlan
        {
            Stage = Name,
            OutputPath = outputPath,
            Items = [.. videos.Select(v => StageItem.Of(v.Video.Name, v.Clips.Select(JsonText.Line)))],
            Settings = settings,
            Inputs = new StageFingerprint().AddFile("the clips file", clipsPath),
        };
        return StageRunner.RunAsync(
            plan, (i, token) => CaptionVideo(folder, videos[i].Video, videos[i].Clips, token), run, cancellation);
    }

    private async Task<StageResult> CaptionVideo(
        string folder, VideoItem video, IReadOnlyList<ClipRow> clips, CancellationToken cancellation)
    {
        var question = video.Question ?? Prompts.Question;
        var whole = new FrameRange(clips.Min(c => c.FrameRange.First), clips.Max(c => c.FrameRange.Last));
        var request = new VideoRequest(VideoList.Locate(folder, video), whole, Sampling);
        using var context = await model.EncodeAsync(request, cancellation).ConfigureAwait(false);

        var drafts = await model.CaptionAsync(
            [.. Requests("draft", context, video, _ => question)], Settings, cancellation).ConfigureAwait(false);
        var captions = await model.CaptionAsync(
            [.. Requests("retrospective", context, video, i => Prompts.Fill("retrospective-video", ("draft", drafts[i].Text.Trim()), ("question", question)))],
            Settings,
            cancellation).ConfigureAwait(false);

        var row = new LongGenerationRow
        {
            Idx = video.Idx,
            VideoName = video.Name,
            Video = video.Path,
            Question = question.Trim(),
            Answer = video.Answer.Trim(),
            Duration = context.Duration,
            LongAnswers = [.. captions.Select(c => c.Text)],
            Truncated = [.. captions.Index().Where(c => c.Item.Truncated).Select(c => c.Index)],
        };
        Made?.Invoke(row);
        return StageResult.Of(row);
    }

    private IEnumerable<CaptionRequest> Requests(string round, IVideoContext context, VideoItem video, Func<int, string> prompt) =>
        Enumerable.Range(0, Candidates).Select(i =>
            new CaptionRequest(context, prompt(i), Seeds.Derive(Seed, $"{Name}/{round}", video.Name, i)));
}
