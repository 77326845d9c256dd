using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Praline.Models.Checkpoints;
using Praline.Models.Generation;
using Praline.Models.Multimodal;

namespace Praline.Preferences;

/// <summary>
/// A checkpoint in this process as chat model: a <see cref="ModelServer"/> that is asked as an endpoint is. A language model, or a vision-language model that may be
/// shown frames. Prompts follow the checkpoint's chat template; without one, its family's form. All questions decode in one running batch.
/// </summary>
/// <param name="server">The model; disposed with this.</param>
public sealed class LocalChatModel(ModelServer server) : IChatModel, IDisposable
{
    private static readonly ConditionalWeakTable<ChatImage, MediaInput> Inputs = [];

    /// <summary>Loads a checkpoint.</summary>
    /// <param name="folder">A language model or a vision-language model.</param>
    /// <param name="options">Device and type.</param>
    /// <param name="maxBatch">Sequences that decode together at most.</param>
    /// <exception cref="PralineException">The checkpoint can't be opened, or names no end token.</exception>
    public LocalChatModel(string folder, LoadOptions? options = null, int maxBatch = 32)
        : this(ModelServer.Load(folder, options, new ModelServerOptions { MaxBatch = maxBatch }))
    {
    }

    /// <summary>The folder's name and the weights' fingerprint: other weights are another model.</summary>
    public string Name { get; } = server.ShortName;

    /// <inheritdoc/>
    public async Task<ChatAnswer> AskAsync(ChatRequest request, CancellationToken cancellation, Action<ChatAnswer>? received = null)
    {
        var begun = Stopwatch.GetTimestamp();
        InferenceResult result;
        try
        {
            result = await server.AnswerAsync(
                new InferenceRequest
                {
                    Name = Name,
                    Messages = [.. request.Turns.Select(t => new Message(t.Role, [.. (t.Images ?? []).Select(i => (MessagePart)Input(i)), t.Text]))],
                    Options = new GenerationOptions
                    {
                        DoSample = request.Temperature > 0,
                        Temperature = request.Temperature > 0 ? request.Temperature : 1,
                        MaxNewTokens = request.MaxTokens,
                    },
                },
                cancellation).ConfigureAwait(false);
        }
        catch (InvalidRequestException error)
        {
            throw server.Sees || request.Turns.All(t => t.Images is not { Count: > 0 })
                ? new ChatException(error.Message, transient: false)
                : new PralineException($"{Name} is a language model and sees no frames. Judge without --judge-frames, or with a vision-language model.");
        }

        var caption = Caption.Of(result.Answers[0], server.Tokenizer);
        var finish = caption.Truncated ? "length" : "stop";
        var answer = new ChatAnswer
        {
            Text = caption.Text,
            FinishReason = finish,
            PromptTokens = result.Usage.PromptTokens,
            CompletionTokens = result.Usage.CompletionTokens,
            Seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds,
            Raw = JsonSerializer.Serialize(new
            {
                model = Name,
                choices = new[] { new { index = 0, finish_reason = finish, message = new { role = "assistant", content = caption.Text } } },
                usage = new { prompt_tokens = result.Usage.PromptTokens, completion_tokens = result.Usage.CompletionTokens },
            }),
        };
        received?.Invoke(answer);
        return answer;
    }

    /// <summary>Ends the model's thread and frees the model.</summary>
    public void Dispose() => server.Dispose();

    private static MediaInput Input(ChatImage image) => Inputs.GetValue(image, i => MediaInput.Image(i.Data, "frame"));
}
