namespace Praline.Preferences;

/// <summary>A chat model with eyes (any endpoint) that answers questions about images.</summary>
/// <param name="model">The model; behind a store, so that no answer is paid for twice.</param>
public sealed class ChatAnswerer(IChatModel model) : IImageAnswerer
{
    /// <inheritdoc/>
    public string Fingerprint => model.Name;

    /// <inheritdoc/>
    /// <exception cref="ChatException">This request got no answer.</exception>
    public async Task<Caption> AnswerAsync(ImagePrompt prompt, CaptionSettings settings, CancellationToken cancellation)
    {
        var answer = await model.AskAsync(
            new ChatRequest
            {
                Turns = [new ChatTurn("user", prompt.Text, [await ImageFiles.ReadAsync(prompt.ImagePath, cancellation).ConfigureAwait(false)])],
                MaxTokens = settings.MaxNewTokens,
                Temperature = settings.Sample ? settings.Temperature : 0,
            },
            cancellation).ConfigureAwait(false);
        return new Caption(answer.Text.Trim(), answer.IsCutOff);
    }
}
