namespace Praline.Models.Generation;

/// <summary>What decoding starts from once a prompt was computed.</summary>
/// <param name="Shared">Keys and values of the prompt, or of the beginning that it shares with other endings.</param>
/// <param name="Ending">Those of its ending, of one sequence; null without.</param>
/// <param name="NextPosition">The position of the first new token.</param>
/// <param name="Logits">What follows the prompt.</param>
internal sealed record PrefilledPrompt(PromptCache Shared, KeyValueCache? Ending, long NextPosition, float[] Logits) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Shared.Dispose();
        Ending?.Dispose();
    }
}
