using Praline.Media;
using Praline.Models.Generation;
using Praline.Models.Multimodal;
using Praline.Torch;

namespace Praline.Preferences;

/// <summary>
/// A checkpoint as captioner. Frames are decoded on the thread pool while the model works on the videos before; vision runs once for each video or
/// clip; the requests of all calls decode in one running batch. What the prompts of one call about one video begin with (all of it, where they are
/// the same) is computed once and kept once.
/// </summary>
/// <example><code>
/// using var model = VisionLanguageModel.Load("checkpoints/auroracap-7b");
/// using var captioner = new VisionLanguageCaptioner(model);
/// await new CandidatesStage(captioner).RunAsync("videos", "out/clips.jsonl", "out/long_generation.jsonl", new StageRunOptions());
/// </code></example>
public sealed class VisionLanguageCaptioner : ICaptionModel, IDisposable
{
    private readonly VisionLanguageModel _model;
    private readonly RunningBatch _batch;
    private readonly IReadOnlyList<int> _endTokens;
    private readonly VisionCache? _cache;
    private readonly CachedVision? _keys;

    /// <summary>Takes a model; it stays the caller's to dispose, after this.</summary>
    /// <param name="model">The model, with whatever adapters are in it.</param>
    /// <param name="maxBatch">Sequences that decode together at most.</param>
    /// <param name="cache">Features that were computed before, by any stage or by training; null to compute them each time.</param>
    /// <param name="together">
    /// Whether sequences of several calls may decode together. Null: where no number depends on its neighbours, which is in single and double precision on the CPU;
    /// elsewhere it is quicker, and a caption may then differ from run to run.
    /// </param>
    public VisionLanguageCaptioner(VisionLanguageModel model, int maxBatch = 64, VisionCache? cache = null, bool? together = null)
    {
        _model = model;
        _cache = cache;
        _keys = cache is null ? null : new CachedVision(model, cache);
        var language = model.Language;
        _batch = new RunningBatch(
            language, maxBatch, together ?? (language.Device.Type == DeviceType.Cpu && language.DType is DType.Float32 or DType.Float64)).Start("captioner");
        var named = GenerationOptions.Read(model.Folder).EosTokenIds;
        _endTokens = named.Count > 0 ? named
            : model.Tokenizer.EosTokenId is { } end ? [end]
            : throw new PralineException($"{model.Folder}: neither generation_config.json nor config.json nor the tokenizer names an end token.");
        Fingerprint = $"{model.ModelType} {model.Fingerprint} {model.VisionSettings} {model.Language.DType} on {model.Language.Device}";
    }

    /// <inheritdoc/>
    public string Fingerprint { get; }

    /// <summary>New tokens computed so far, for rates.</summary>
    public long DecodedTokens => _batch.DecodedTokens;

    /// <summary>Prompt tokens computed so far.</summary>
    public long PrefilledTokens => _batch.PrefilledTokens;

    /// <inheritdoc/>
    public async Task<IVideoContext> EncodeAsync(VideoRequest video, CancellationToken cancellation)
    {
        var source = await Task.Run(() => Prepare(video), cancellation).ConfigureAwait(false);
        var features = await _batch.Do(() => Encode(source), cancellation).ConfigureAwait(false);
        return new Context(features, source.Duration, Path.GetFileName(video.Path));
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Caption>> CaptionAsync(
        IReadOnlyList<CaptionRequest> requests, CaptionSettings settings, CancellationToken cancellation)
    {
        var videos = requests.Index().GroupBy(r => r.Item.Video)
            .Select(v => (Video: (Context)v.Key, Prompts: v.GroupBy(r => r.Item.Prompt, r => (r.Index, r.Item.Seed)).ToList())).ToList();
        var results = await _batch.Generate(
            [.. videos.Select(v => (Func<GenerationRequest>)(() => Request(v.Video, [.. v.Prompts.Select(p => (p.Key, p.Select(r => r.Seed).ToArray()))], settings)))],
            cancellation).ConfigureAwait(false);

        var captions = new Caption[requests.Count];
        foreach (var (video, sequences) in videos.Zip(results))
        {
            foreach (var ((index, _), sequence) in video.Prompts.SelectMany(p => p).Zip(sequences))
            {
                captions[index] = new Caption(
                    _model.Tokenizer.Decode(sequence.ContentIds.ToArray(), skipSpecialTokens: true).Trim(),
                    Truncated: sequence.Reason == FinishReason.MaxTokens);
            }
        }

        return captions;
    }

    /// <summary>Ends the model's thread.</summary>
    public void Dispose() => _batch.Dispose();

    /// <summary>On the model's thread: prompts about one video, each with its seeds; the tensors are the caller's to free.</summary>
    private GenerationRequest Request(Context video, IReadOnlyList<(string Question, ulong[] Seeds)> prompts, CaptionSettings settings)
    {
        using var scope = new TensorScope();
        var prompt = BranchedPrompt.Embed(_model, [.. prompts.Select(p => _model.BuildPrompt(p.Question, video.Features))], video.Features);
        var request = new GenerationRequest
        {
            Name = video.Name,
            PromptEmbeddings = prompt.Beginning.Embeddings,
            PromptPositionIds = prompt.Beginning.PositionIds,
            Seeds = prompts[0].Seeds,
            Options = Options(video, prompt.Beginning.Length, settings),
            Endings =
            [
                .. prompt.Endings.Zip(prompts, (ending, p) => new PromptEnding
                {
                    Embeddings = ending.Embeddings,
                    PositionIds = ending.PositionIds,
                    Seeds = p.Seeds,
                    Options = Options(video, prompt.Beginning.Length + ending.Length, settings),
                }),
            ],
        };
        prompt.DetachFromScope();
        return request;
    }

    private GenerationOptions Options(Context video, int promptLength, CaptionSettings settings)
    {
        var room = _model.Language.Config.MaxPositionEmbeddings - promptLength;
        return room < 1
            ? throw new PralineException(
                $"{video.Name}: the prompt has {promptLength} tokens, the model takes {_model.Language.Config.MaxPositionEmbeddings}. " +
                "Lower --token-kept-ratio or the number of frames, or shorten the prompt.")
            : new GenerationOptions
            {
                DoSample = settings.Sample,
                Temperature = settings.Temperature,
                TopP = settings.TopP,
                TopK = settings.TopK,
                FilterOrder = FilterOrder.Paper,
                MaxNewTokens = Math.Min(settings.MaxNewTokens, room),
                EosTokenIds = _endTokens,
            };
    }

    /// <summary>On any thread: chooses the frames, and finds their features in the cache or decodes them.</summary>
    private Source Prepare(VideoRequest video)
    {
        using var file = VideoFile.Open(video.Path);
        var (info, sampling) = (file.Info, video.Sampling);
        if (info.FrameCount < 1 || video.Range?.First >= info.FrameCount)
        {
            throw new PralineException(
                $"{video.Path}: frames {video.Range?.ToString() ?? "0 and on"} were asked for, but the video has {info.FrameCount}. Make the clips anew.");
        }

        var indices = FrameSampler.Choose(info, sampling.MinFrames, sampling.MaxFrames, sampling.FramesPerSecond, sampling.SampledFrames,
            video.Range is { } range ? (range.First, range.Last) : null);
        var secondsPerFrame = indices.Length > 1 && info.AverageFps > 0
            ? (double)(indices[^1] - indices[0]) / (indices.Length - 1) / info.AverageFps
            : 0;

        using var scope = new TensorScope();
        var key = _keys?.KeyOf(video.Path, indices, MediaKind.Video, secondsPerFrame);
        var known = key is null ? null : _cache!.TryGet(key)?.DetachFromScope();
        return new Source(known is null ? file.ReadFrames(indices) : [], secondsPerFrame, info.DurationSeconds, key, known);
    }

    /// <summary>On the model's thread: the features, where they are needed.</summary>
    private VisionFeatures Encode(Source source)
    {
        using var scope = new TensorScope();
        if (source.Known is { } known)
        {
            if (known.Tokens.Device == _model.Language.Device)
            {
                return known;
            }

            using (known)
            {
                return (known with { Tokens = known.Tokens.To(_model.Language.Device) }).DetachFromScope();
            }
        }

        var features = _model.Encode(source.Frames, MediaKind.Video, source.SecondsPerFrame);
        if (source.Key is { } key)
        {
            _cache!.Put(key, features);
        }

        return features.DetachFromScope();
    }

    private sealed record Source(
        IReadOnlyList<RgbImage> Frames, double SecondsPerFrame, double Duration, VisionCacheKey? Key, VisionFeatures? Known);

    private sealed record Context(VisionFeatures Features, double Duration, string Name) : IVideoContext
    {
        public void Dispose() => Features.Dispose();
    }
}
