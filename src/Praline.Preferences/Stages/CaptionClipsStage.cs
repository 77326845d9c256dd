using Praline.Media;
using Praline.Json;
namespace Praline.Preferences;

/// <summary>
/// Step 2 of SynPO's data (<c>generate_caption2.py</c>): captions each clip. A greedy draft, then one retrospective caption that sees the draft, also
/// greedy; the clips of a video as one batch. Writes <c>short_generation.jsonl</c>.
/// </summary>
public sealed class CaptionClipsStage(ICaptionModel model)
{
    /// <summary>The stage's name.</summary>
    public const string Name = "caption-clips";

    /// <summary>How many frames of a clip the model sees.</summary>
    public FrameSampling Sampling { get; init; } = FrameSampling.ForClips;

    /// <summary>How captions are drawn.</summary>
    public CaptionSettings Settings { get; init; } = CaptionSettings.Greedy;

    /// <summary>What the model is asked.</summary>
    public PromptSet Prompts { get; init; } = PromptSet.Default;

    /// <summary>The run's seed; without effect when greedy.</summary>
    public ulong Seed { get; init; }

    /// <summary>Captions all clips of <c>clips.jsonl</c>.</summary>
    /// <param name="folder">The folder that the videos' paths start from.</param>
    /// <param name="clipsPath">The clips to caption.</param>
    /// <param name="outputPath">Where <c>short_generation.jsonl</c> goes.</param>
    /// <param name="run">How to run.</param>
    /// <param name="cancellation">Stops the stage.</param>
    public Task<StageSummary> RunAsync(
        string folder, string clipsPath, string outputPath, StageRunOptions run, CancellationToken cancellation = default)
    {
        Sampling.Validate();
        Settings.Validate();
        var videos = VideoList.FromClips(clipsPath);
        var settings = new StageFingerprint().Add("model", model.Fingerprint);
        Sampling.AddTo(settings);
        Settings.AddTo(settings);
        if (Settings.Sample)
        {
            settings.Add("seed", Seed);
        }

        Prompts.AddTo(settings, "clip", "retrospective-clip");
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
        var path = VideoList.Locate(folder, video);
        var contexts = new List<IVideoContext>(clips.Count);
        try
        {
            foreach (var clip in clips)
            {
                contexts.Add(await model.EncodeAsync(new VideoRequest(path, clip.FrameRange, Sampling), cancellation).ConfigureAwait(false));
            }

            var drafts = await Ask("draft", i => Prompts.Fill("clip", ("question", clips[i].Question))).ConfigureAwait(false);
            var captions = await Ask("retrospective", i => Prompts.Fill(
                "retrospective-clip", ("draft", drafts[i].Text.Trim()), ("question", clips[i].Question))).ConfigureAwait(false);
            return StageResult.Of(new ShortGenerationRow
            {
                Idx = video.Idx,
                VideoName = video.Name,
                ShortAnswers = [.. captions.Select(c => c.Text)],
            });
        }
        finally
        {
            contexts.ForEach(c => c.Dispose());
        }

        Task<IReadOnlyList<Caption>> Ask(string round, Func<int, string> prompt) => model.CaptionAsync(
            [.. contexts.Select((context, i) => new CaptionRequest(
                context, prompt(i), Seeds.Derive(Seed, $"{Name}/{round}", video.Name, clips[i].Idy)))],
            Settings,
            cancellation);
    }
}
