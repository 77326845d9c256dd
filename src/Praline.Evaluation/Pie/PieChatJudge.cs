using Praline.Preferences;

namespace Praline.Evaluation;

/// <summary>A judge that is a chat model with eyes: any endpoint or local model that <see cref="IChatModel"/> stands for.</summary>
/// <param name="model">The model; behind a store, so that no reply is paid for twice.</param>
public sealed class PieChatJudge(IChatModel model) : IPieJudge
{
    /// <summary>The longest reply in tokens. The paper allows 300; models that think first need more.</summary>
    public int MaxTokens { get; init; } = 1024;

    /// <summary>0 for the likeliest reply.</summary>
    public double Temperature { get; init; }

    /// <inheritdoc/>
    public string Fingerprint => FormattableString.Invariant($"{model.Name}, temperature {Temperature}, at most {MaxTokens} tokens");

    /// <inheritdoc/>
    public async Task<PieReply> AskAsync(PieCase pieCase, CancellationToken cancellation)
    {
        var bytes = await File.ReadAllBytesAsync(pieCase.ImagePath, cancellation).ConfigureAwait(false);
        var image = new ReportImage(bytes, pieCase.ImagePath);
        var request = new ChatRequest
        {
            Turns = [.. pieCase.Turns.Select((text, i) => new ChatTurn(
                i % 2 == 0 ? "user" : "assistant", text, i == 0 ? [new ChatImage(image.MediaType, bytes)] : null))],
            MaxTokens = MaxTokens,
            Temperature = Temperature,
        };
        try
        {
            var answer = await model.AskAsync(request, cancellation).ConfigureAwait(false);
            return new(answer.Text, answer.IsCutOff);
        }
        catch (ChatException e)
        {
            return new("", Failure: e.Message);
        }
    }
}
