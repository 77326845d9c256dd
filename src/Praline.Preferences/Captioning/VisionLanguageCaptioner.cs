using Praline.Models.Generation;
using Praline.Models.Multimodal;

namespace Praline.Preferences;

/// <summary>
/// A checkpoint as captioner: a <see cref="ModelServer"/> that is asked about videos. Vision runs once for each video or clip; the requests of all calls decode in one
/// running batch, and what prompts about the same video begin with is computed once.
/// </summary>
/// <example><code>
/// using var model = VisionLanguageModel.Load("checkpoints/auroracap-7b");
/// using var captioner = new VisionLanguageCaptioner(model);
/// await new CandidatesStage(captioner).RunAsync("videos", "out/clips.jsonl", "out/long_generation.jsonl", new StageRunOptions());
/// </code></example>
/// <param name="model">The model, with whatever adapters are in it; it stays the caller's to dispose, after this.</param>
/// <param name="maxBatch">Sequences that decode together at most.</param>
/// <param name="cache">Features that were computed before, by any stage or by training; null to compute them each time.</param>
/// <param name="together">Whether sequences of several calls may decode together, see <see cref="ModelServerOptions.Together"/>.</param>
public sealed class VisionLanguageCaptioner(VisionLanguageModel model, int maxBatch = 64, VisionCache? cache = null, bool? together = null)
    : ICaptionModel, IDisposable
{
    /// <summary>The server behind it.</summary>
    public ModelServer Server { get; } = new(model, new ModelServerOptions { MaxBatch = maxBatch, VisionCache = cache, Together = together });

    /// <inheritdoc/>
    public string Fingerprint { get; } = $"{model.ModelType} {model.Fingerprint} {model.VisionSettings} {model.Language.DType} on {model.Language.Device}";

    /// <summary>New tokens computed so far, for rates.</summary>
    public long DecodedTokens => Server.DecodedTokens;

    /// <summary>Prompt tokens computed so far.</summary>
    public long PrefilledTokens => Server.PrefilledTokens;

    /// <inheritdoc/>
    public async Task<IVideoContext> EncodeAsync(VideoRequest video, CancellationToken cancellation)
    {
        (int, int)? range = video.Range is { } r ? (r.First, r.Last) : null;
        return new Context(await Server.EncodeAsync(MediaInput.Video(video.Path, video.Sampling, range), cancellation).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Caption>> CaptionAsync(
        IReadOnlyList<CaptionRequest> requests, CaptionSettings settings, CancellationToken cancellation)
    {
        // Prompts of one video one after the other, each with all its seeds.
        var prompts = requests.Index().GroupBy(r => r.Item.Video).SelectMany(video => video.GroupBy(r => r.Item.Prompt)).ToList();
        var results = await Server.AnswerAsync(
            [.. prompts.Select(p => ((Context)p.First().Item.Video).Ask(p.Key, settings.ToOptions(), [.. p.Select(r => r.Item.Seed)]))], cancellation).ConfigureAwait(false);
        var captions = new Caption[requests.Count];
        foreach (var ((index, _), answer) in prompts.SelectMany(p => p).Zip(results.SelectMany(r => r.Answers)))
        {
            captions[index] = Caption.Of(answer, Server.Tokenizer);
        }

        return captions;
    }

    /// <summary>Ends the model's thread.</summary>
    public void Dispose() => Server.Dispose();

    private sealed record Context(EncodedMedia Video) : IVideoContext
    {
        public double Duration => Video.Content.Duration;

        public InferenceRequest Ask(string question, GenerationOptions options, ulong[] seeds) => new()
        {
            Name = Path.GetFileName(Video.Media.Name),
            Messages = [new Message("user", Video.Media, question)],
            Options = options,
            Seeds = seeds,
        };

        public void Dispose() => Video.Dispose();
    }
}
