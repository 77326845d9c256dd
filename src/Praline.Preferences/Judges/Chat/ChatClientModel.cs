using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Praline.Preferences;

/// <summary>Any <see cref="IChatClient"/> as chat model: as judge (<see cref="LlmJudge"/>) or as writer, with answers stored as of any other.</summary>
/// <param name="client">The client; it stays the caller's to dispose.</param>
/// <param name="name">The name that answers are stored under: another one for what answers otherwise.</param>
public sealed class ChatClientModel(IChatClient client, string name) : IChatModel
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public async Task<ChatAnswer> AskAsync(ChatRequest request, CancellationToken cancellation, Action<ChatAnswer>? received = null)
    {
        var begun = Stopwatch.GetTimestamp();
        var messages = request.Turns.Select(turn => new ChatMessage(
            new ChatRole(turn.Role), [.. (turn.Images ?? []).Select(image => (AIContent)new DataContent(image.Data, image.MediaType)), new TextContent(turn.Text)]));
        ChatResponse response;
        try
        {
            response = await client.GetResponseAsync(
                messages,
                new Microsoft.Extensions.AI.ChatOptions
                {
                    Temperature = (float)request.Temperature,
                    MaxOutputTokens = request.MaxTokens,
                    ResponseFormat = request.JsonSchema is { } schema ? ChatResponseFormat.ForJsonSchema(JsonDocument.Parse(schema).RootElement) : null,
                },
                cancellation).ConfigureAwait(false);
        }
        catch (InvalidRequestException error)
        {
            throw new ChatException($"{name}: {error.Message}", transient: false);
        }

        var answer = new ChatAnswer
        {
            Text = response.Text,
            FinishReason = response.FinishReason?.Value ?? "stop",
            PromptTokens = (int)(response.Usage?.InputTokenCount ?? 0),
            CompletionTokens = (int)(response.Usage?.OutputTokenCount ?? 0),
            Seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds,
            Raw = JsonSerializer.Serialize(new
            {
                model = name,
                choices = new[] { new { index = 0, finish_reason = response.FinishReason?.Value ?? "stop", message = new { role = "assistant", content = response.Text } } },
                usage = new { prompt_tokens = response.Usage?.InputTokenCount ?? 0, completion_tokens = response.Usage?.OutputTokenCount ?? 0 },
            }),
        };
        received?.Invoke(answer);
        return answer;
    }
}
