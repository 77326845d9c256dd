using Praline.Models.Multimodal;

namespace Praline.Preferences;

/// <summary>
/// A checkpoint that answers questions about images: a <see cref="ModelServer"/> that is asked about them. An image that several ask about is encoded once, and what
/// prompts begin with alike is computed once.
/// </summary>
/// <example><code>
/// using var model = VisionLanguageModel.Load("checkpoints/llava-v1.6-mistral-7b-hf");
/// using var answerer = new VisionLanguageAnswerer(model);
/// var answer = await answerer.AnswerAsync(new ImagePrompt("photo.jpg", "Is it a good dog?", 0), CaptionSettings.Greedy, default);
/// </code></example>
/// <param name="model">The model, with whatever adapters are in it; it stays the caller's to dispose, after this.</param>
/// <param name="maxBatch">Answers that decode together at most.</param>
public sealed class VisionLanguageAnswerer(VisionLanguageModel model, int maxBatch = 32) : IImageAnswerer, IDisposable
{
    /// <summary>The server behind it.</summary>
    public ModelServer Server { get; } = new(model, new ModelServerOptions { MaxBatch = maxBatch });

    /// <inheritdoc/>
    public string Fingerprint { get; } = $"{model.ModelType} {model.Fingerprint} {model.VisionSettings} {model.Language.DType} on {model.Language.Device}";

    /// <inheritdoc/>
    public async Task<Caption> AnswerAsync(ImagePrompt prompt, CaptionSettings settings, CancellationToken cancellation)
    {
        var result = await Server.AnswerAsync(
            new InferenceRequest
            {
                Name = prompt.ImagePath,
                Messages = [new Message("user", MediaInput.Image(prompt.ImagePath), prompt.Text)],
                Options = settings.ToOptions(),
                Seeds = [prompt.Seed],
            },
            cancellation).ConfigureAwait(false);
        return Caption.Of(result.Answers[0], Server.Tokenizer);
    }

    /// <summary>Ends the model's thread.</summary>
    public void Dispose() => Server.Dispose();
}
