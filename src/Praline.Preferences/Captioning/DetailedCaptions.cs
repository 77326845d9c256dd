using System.Text.Json;
using Praline.Data;
using Praline.Json;
using Praline.Media;
using Praline.Models.Generation;
using Praline.Models.Multimodal;

namespace Praline.Preferences;

/// <summary>What the second stream of contrastive decoding is shown in place of the medium.</summary>
public enum Distortion
{
    /// <summary>A third of the frames: (n + 2) / 3 of n, evenly spaced over the whole video. The paper's.</summary>
    FewerFrames,

    /// <summary>The same frames in a random order.</summary>
    ShuffledFrames,

    /// <summary>The same frames, blurred until only large shapes are left.</summary>
    Blurred,

    /// <summary>The question alone.</summary>
    NoMedium,
}

/// <summary>Something to caption.</summary>
/// <param name="Name">Its name, different from all others.</param>
/// <param name="Path">The file; null for a question about text alone.</param>
/// <param name="IsVideo">A video; else an image.</param>
/// <param name="Question">What is asked about it; null for the common question.</param>
/// <param name="Answer">A known caption, which goes into the row; empty without.</param>
/// <param name="Range">The only frames to use; null for all.</param>
public sealed record CaptionItem(string Name, string? Path, bool IsVideo, string? Question = null, string Answer = "", FrameRange? Range = null);

/// <summary>How <see cref="DetailedCaptions"/> captions; the defaults are those of the paper's <c>inference_cd_retro.py</c>.</summary>
public sealed record DetailedCaptionSettings
{
    /// <summary>Draw from (1 + α) · logits − α · logits of a second stream that sees less.</summary>
    public bool Contrastive { get; init; }

    /// <summary>A second pass that is shown the first one's caption.</summary>
    public bool Retrospective { get; init; }

    /// <summary>α of contrastive decoding, above 0 (<c>cd_alpha</c>).</summary>
    public double Alpha { get; init; } = 0.5;

    /// <summary>What the second stream sees.</summary>
    public Distortion Distortion { get; init; } = Distortion.FewerFrames;

    /// <summary>Captions of each item.</summary>
    public int Captions { get; init; } = 1;

    /// <summary>How tokens are drawn.</summary>
    public CaptionSettings Drawing { get; init; } = Paper;

    /// <summary>How many frames of a video are looked at.</summary>
    public FrameSampling Sampling { get; init; } = FrameSampling.ForVideos;

    /// <summary>Decides every random choice.</summary>
    public ulong Seed { get; init; }

    /// <summary>Sampled at temperature 0.5, top-p 0.9, top-k 32, up to 1,024 tokens.</summary>
    public static CaptionSettings Paper { get; } = new() { Sample = true, Temperature = 0.5, TopP = 0.9, TopK = 32, MaxNewTokens = 1024 };

    /// <summary>Refuses values that make no sense.</summary>
    /// <exception cref="PralineException">Says which value, and what it must be.</exception>
    public void Validate()
    {
        Drawing.Validate();
        Sampling.Validate();
        if (!(Alpha > 0) || !double.IsFinite(Alpha) || Captions < 1)
        {
            throw new PralineException($"alpha must be above 0 and the number of captions at least 1; found {Alpha} and {Captions}.");
        }
    }
}

/// <summary>A caption as <c>inference_cd_retro.py</c> writes it, and which item it is of.</summary>
public sealed record DetailedCaptionRow : IJsonRow<DetailedCaptionRow>
{
    /// <summary>The item's name.</summary>
    public required string VideoName { get; init; }

    /// <summary>What was asked.</summary>
    public required string Question { get; init; }

    /// <summary>A known caption; empty without.</summary>
    public required string Answer { get; init; }

    /// <summary>The first pass's caption; null without a second pass.</summary>
    public string? PastPrediction { get; init; }

    /// <summary>The caption.</summary>
    public required string Prediction { get; init; }

    /// <summary>The video's length in seconds; 0 for an image.</summary>
    public required double Duration { get; init; }

    /// <summary>Which of the item's captions it is, from 0.</summary>
    public int Candidate { get; init; }

    /// <summary>Whether it ended at the token limit instead of at its own end.</summary>
    public bool Truncated { get; init; }

    /// <inheritdoc/>
    public static DetailedCaptionRow Read(JsonRow row) => new()
    {
        VideoName = row.Text("video_name"),
        Question = row.Text("question"),
        Answer = row.Text("answer"),
        PastPrediction = row.OptionalText("past_pred"),
        Prediction = row.Text("pred"),
        Duration = row.Number("duration"),
        Candidate = row.Has("candidate") ? row.Integer("candidate") : 0,
        Truncated = row.Has("truncated"),
    };

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteString("video_name", VideoName);
        writer.WriteString("question", Question);
        writer.WriteString("answer", Answer);
        if (PastPrediction is not null)
        {
            writer.WriteString("past_pred", PastPrediction);
        }

        writer.WriteString("pred", Prediction);
        writer.WriteNumber("duration", Duration);
        if (Candidate > 0)
        {
            writer.WriteNumber("candidate", Candidate);
        }

        if (Truncated)
        {
            writer.WriteBoolean("truncated", true);
        }
    }
}

/// <summary>
/// Captions as SynPO's <c>inference_cd_retro.py</c> makes them, for any model: contrastive decoding (both streams decode in one batch), retrospection (a second pass that
/// sees the first draft), or both, in which case both passes are contrastive.
/// </summary>
/// <param name="server">The model.</param>
public sealed class DetailedCaptions(ModelServer server)
{
    /// <summary>The stage's name.</summary>
    public const string Name = "caption";

    /// <summary>How to caption.</summary>
    public DetailedCaptionSettings Settings { get; init; } = new();

    /// <summary>What the model is asked.</summary>
    public PromptSet Prompts { get; init; } = PromptSet.Default;

    /// <summary>The adapter to caption with, by its name on the server; null for none.</summary>
    public string? Adapter { get; init; }

    /// <summary>Names the model for the stage's fingerprint; null for the server's own.</summary>
    public string? ModelFingerprint { get; init; }

    /// <summary>Captions all items into a JSON Lines file; can be stopped at any moment and run again.</summary>
    /// <param name="items">What to caption.</param>
    /// <param name="outputPath">Where rows go (<see cref="DetailedCaptionRow"/>).</param>
    /// <param name="run">How to run.</param>
    /// <param name="cancellation">Stops it.</param>
    public Task<StageSummary> RunAsync(IReadOnlyList<CaptionItem> items, string outputPath, StageRunOptions run, CancellationToken cancellation = default)
    {
        Check(items);
        var settings = new StageFingerprint().Add("model", ModelFingerprint ?? server.Fingerprint).Add("seed", Settings.Seed).Add("captions", Settings.Captions)
            .Add("sample", Settings.Drawing.Sample).Add("retrospective", Settings.Retrospective)
            .Add("contrastive", Settings.Contrastive ? FormattableString.Invariant($"{Settings.Distortion} {Settings.Alpha}") : "no");
        Settings.Sampling.AddTo(settings);
        Settings.Drawing.AddTo(settings);
        Prompts.AddTo(settings, "question", "retrospective-video");
        var plan = new StagePlan
        {
            Stage = Name,
            OutputPath = outputPath,
            Items = [.. items.Select(i => StageItem.Of(i.Name, i.Path ?? "", i.Question ?? "", i.Answer, $"{i.Range}"))],
            Settings = settings,
            Inputs = new StageFingerprint(),
        };
        return StageRunner.RunAsync(plan, async (i, token) => StageResult.Of(await CaptionAsync(items[i], token).ConfigureAwait(false)), run, cancellation);
    }

    /// <summary>The captions of one item.</summary>
    /// <exception cref="PralineException">It does not fit the model.</exception>
    public async Task<IReadOnlyList<DetailedCaptionRow>> CaptionAsync(CaptionItem item, CancellationToken cancellation = default)
    {
        var question = (item.Question ?? Prompts.Question).Trim();
        var media = Media(item);
        using var seen = media is null ? null : await server.EncodeAsync(media, cancellation).ConfigureAwait(false); // held for both passes
        var first = await PassAsync(item, media, Settings.Retrospective ? "draft" : "caption", _ => question, cancellation).ConfigureAwait(false);
        var final = Settings.Retrospective
            ? await PassAsync(item, media, "retrospective", i => Prompts.Fill("retrospective-video", ("draft", first[i].Text), ("question", question)), cancellation).ConfigureAwait(false)
            : first;
        return [.. final.Select((caption, i) => new DetailedCaptionRow
        {
            VideoName = item.Name,
            Question = question,
            Answer = item.Answer.Trim(),
            PastPrediction = Settings.Retrospective ? first[i].Text : null,
            Prediction = caption.Text,
            Duration = seen?.Content.Duration ?? 0,
            Candidate = i,
            Truncated = caption.Truncated,
        })];
    }

    /// <summary>One pass over an item: prompts that are the same are asked once with all their seeds.</summary>
    private async Task<IReadOnlyList<Caption>> PassAsync(CaptionItem item, MediaInput? media, string pass, Func<int, string> prompt, CancellationToken cancellation)
    {
        var prompts = Enumerable.Range(0, Settings.Captions).GroupBy(prompt).ToList();
        var results = await server.AnswerAsync(
            [.. prompts.Select(p => new InferenceRequest
            {
                Name = item.Name,
                Messages = [media is null ? new Message("user", p.Key) : new Message("user", media, p.Key)],
                Contrast = Settings.Contrastive ? ([Distorted(item, media!, p.Key)], Settings.Alpha) : null,
                Options = Settings.Drawing.ToOptions(),
                Seeds = [.. p.Select(i => Seeds.Derive(Settings.Seed, $"{Name}/{pass}", item.Name, i))],
                Adapter = Adapter,
            })],
            cancellation).ConfigureAwait(false);
        var captions = new Caption[Settings.Captions];
        foreach (var (i, answer) in prompts.SelectMany(p => p).Zip(results.SelectMany(r => r.Answers)))
        {
            captions[i] = Caption.Of(answer, server.Tokenizer);
        }

        return captions;
    }

    private MediaInput? Media(CaptionItem item) => item.Path is not { } path ? null
        : item.IsVideo ? MediaInput.Video(path, Settings.Sampling, RangeOf(item))
        : MediaInput.Image(path);

    private static (int, int)? RangeOf(CaptionItem item) => item.Range is { } r ? (r.First, r.Last) : null;

    /// <summary>The second stream's message.</summary>
    private Message Distorted(CaptionItem item, MediaInput media, string question) => Settings.Distortion switch
    {
        Distortion.FewerFrames => new Message("user", MediaInput.Video(item.Path!, info => Third(Settings.Sampling.Choose(info, RangeOf(item))), RangeOf(item)), question),
        Distortion.ShuffledFrames => new Message(
            "user", media with { Open = () => media.Open().With($"shuffled {Settings.Seed}", frames => Shuffle(frames, Seeds.Derive(Settings.Seed, $"{Name}/shuffle", item.Name, 0))) }, question),
        Distortion.Blurred => new Message("user", media with { Open = () => media.Open().With("blurred", frames => [.. frames.Select(Blur)]) }, question),
        _ => new Message("user", question),
    };

    /// <summary>(n + 2) / 3 frames evenly spaced from the first to the last of the n.</summary>
    internal static int[] Third(int[] frames) => FrameSampler.Linspace(frames[0], frames[^1], (frames.Length + 2) / 3);

    /// <summary>Fisher and Yates's shuffle.</summary>
    private static RgbImage[] Shuffle(IReadOnlyList<RgbImage> frames, ulong seed)
    {
        RgbImage[] shuffled = [.. frames];
        var stream = new RandomStream(seed);
        for (var i = shuffled.Length - 1; i > 0; i--)
        {
            var j = (int)(stream.NextUInt64() % (ulong)(i + 1));
            (shuffled[i], shuffled[j]) = (shuffled[j], shuffled[i]);
        }

        return shuffled;
    }

    /// <summary>Down to 12 pixels on the shorter side, and up again.</summary>
    private static RgbImage Blur(RgbImage frame)
    {
        var scale = 12.0 / Math.Min(frame.Width, frame.Height);
        var (width, height) = (Math.Max(1, (int)(frame.Width * scale)), Math.Max(1, (int)(frame.Height * scale)));
        return PillowResize.Resize(PillowResize.Resize(frame, width, height, ResizeFilter.Bilinear), frame.Width, frame.Height, ResizeFilter.Bilinear);
    }

    /// <summary>Refuses settings and items that don't go together.</summary>
    /// <exception cref="PralineException">Says which, and what to do.</exception>
    public void Check(IReadOnlyList<CaptionItem> items)
    {
        Settings.Validate();
        if ((Settings.Contrastive || Settings.Retrospective) && items.FirstOrDefault(i => i.Path is null) is { } text)
        {
            throw new PralineException($"{text.Name} is a question about text alone: contrastive decoding and retrospection look at a video or an image. Leave --contrastive and --retrospective out.");
        }

        if (Settings.Contrastive && Settings.Distortion is Distortion.FewerFrames or Distortion.ShuffledFrames
            && items.FirstOrDefault(i => !i.IsVideo) is { } image)
        {
            throw new PralineException($"{image.Path} is an image: there are no frames to leave out or shuffle. Use --distortion blurred or no-medium.");
        }
    }
}
