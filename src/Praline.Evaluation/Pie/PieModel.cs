using Praline.Preferences;

namespace Praline.Evaluation;

/// <summary>A checkpoint, or whatever answers questions about images, as PIE's answerer.</summary>
/// <param name="model">The model.</param>
/// <param name="prefix">What stands before each question: "good " for conditionally trained models, else nothing.</param>
/// <param name="settings">How answers are drawn.</param>
/// <param name="seed">Decides random draws.</param>
public sealed class PieModel(IImageAnswerer model, string prefix, CaptionSettings settings, ulong seed = 0) : IPieAnswerer
{
    /// <inheritdoc/>
    public string Fingerprint { get; } = FormattableString.Invariant(
        $"{model.Fingerprint}, before questions '{prefix}', {(settings.Sample ? $"drawn at {settings.Temperature}, top-p {settings.TopP}, top-k {settings.TopK}, seed {seed}" : "greedy")}, at most {settings.MaxNewTokens} tokens");

    /// <inheritdoc/>
    public async Task<string> AnswerAsync(string question, int index, string imagePath, CancellationToken cancellation) =>
        (await model.AnswerAsync(
            new ImagePrompt(imagePath, prefix + question, Seeds.Derive(seed, "evaluate", $"{index}: {question}", 0)), settings, cancellation).ConfigureAwait(false)).Text;
}
