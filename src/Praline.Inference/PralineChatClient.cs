using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Praline.Inference.Constraints;
using Praline.Models.Checkpoints;
using Praline.Models.Generation;

namespace Praline.Inference;

/// <summary>
/// A local model as <see cref="IChatClient"/>, so that whatever is written for those can use it: texts, images and videos, streaming, JSON schemas, seeds. What it can't do
/// (tools, thoughts, stored conversations) it refuses by name.
/// </summary>
/// <example><code>
/// using IChatClient client = PralineChatClient.Load("checkpoints/llava-1.5-7b-hf");
/// var answer = await client.GetResponseAsync([new(ChatRole.User, [await DataContent.LoadFromAsync("photo.jpg"), new TextContent("What is this?")])]);
/// </code></example>
public sealed class PralineChatClient : IChatClient
{
    private const long KeptVideoBytes = 1L << 30;
    private readonly VideoFiles _videos = new(KeptVideoBytes);
    private readonly bool _owns;

    /// <summary>Answers with a model that stays the caller's to dispose, after this.</summary>
    public PralineChatClient(ModelServer server)
        : this(server, owns: false)
    {
    }

    private PralineChatClient(ModelServer server, bool owns) => (Server, _owns) = (server, owns);

    /// <summary>The model. Its adapters are chosen by <see cref="ChatOptions.ModelId"/>.</summary>
    public ModelServer Server { get; }

    /// <summary>Loads a checkpoint; it is freed with the client.</summary>
    /// <exception cref="PralineException">The checkpoint can't be opened, or names no end token.</exception>
    public static PralineChatClient Load(string folder, LoadOptions? options = null, ModelServerOptions? serving = null) => new(ModelServer.Load(folder, options, serving), owns: true);

    /// <inheritdoc/>
    /// <exception cref="InvalidRequestException">The request asks for what the model can't do; says for which part.</exception>
    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    /// <exception cref="InvalidRequestException">The request asks for what the model can't do; says for which part.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var leases = new List<IDisposable>();
        try
        {
            var request = Request(messages, options ?? new ChatOptions(), leases);
            var (id, created) = (Guid.NewGuid().ToString("N"), DateTimeOffset.UtcNow);
            await foreach (var piece in Server.StreamAsync(request, cancellationToken).ConfigureAwait(false))
            {
                AIContent? content = piece.Usage is { } usage
                    ? new UsageContent(new UsageDetails
                    {
                        InputTokenCount = usage.PromptTokens,
                        CachedInputTokenCount = usage.CachedTokens,
                        OutputTokenCount = usage.CompletionTokens,
                        TotalTokenCount = usage.PromptTokens + usage.CompletionTokens,
                    })
                    : piece.Text.Length > 0 ? new TextContent(piece.Text) : null;
                if (content is not null || piece.Finish is not null)
                {
                    yield return new ChatResponseUpdate(ChatRole.Assistant, content is null ? [] : [content])
                    {
                        ResponseId = id,
                        MessageId = id,
                        CreatedAt = created,
                        ModelId = request.Adapter ?? Server.Name,
                        FinishReason = piece.Finish switch
                        {
                            null => null,
                            FinishReason.MaxTokens => ChatFinishReason.Length,
                            _ => ChatFinishReason.Stop,
                        },
                    };
                }
            }
        }
        finally
        {
            leases.ForEach(lease => lease.Dispose());
        }
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? new ChatClientMetadata("praline", null, Server.Name)
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(Server) ? Server : null;
    }

    /// <summary>Frees the model if this loaded it.</summary>
    public void Dispose()
    {
        if (_owns)
        {
            Server.Dispose();
        }

        _videos.Dispose();
    }

    private InferenceRequest Request(IEnumerable<ChatMessage> messages, ChatOptions options, List<IDisposable> leases)
    {
        Refuse(options.Tools is { Count: > 0 }, "Tools", "the model calls none");
        Refuse(options.ConversationId is not null, "ConversationId", "nothing is kept, send the whole conversation");
        Refuse(options.ContinuationToken is not null || options.AllowBackgroundResponses == true, "AllowBackgroundResponses", "answers are waited for");
        Refuse(options.Reasoning is not null, "Reasoning", "the model has no thoughts of its own");
        Refuse(options.RawRepresentationFactory is not null, "RawRepresentationFactory", "there is no representation below");
        Refuse(options.AdditionalProperties is { Count: > 0 }, "AdditionalProperties", $"unknown: {string.Join(", ", options.AdditionalProperties?.Keys ?? [])}");
        var temperature = options.Temperature ?? 1;
        List<Message> all = [.. messages.Select((message, i) => Read(message, i, leases))];
        if (options.Instructions is { Length: > 0 } instructions)
        {
            all.Insert(0, new Message("system", instructions));
        }

        return new InferenceRequest
        {
            Name = "the conversation",
            Messages = all,
            Adapter = options.ModelId is { } model && model != Server.Name ? model : null,
            Seeds = [options.Seed is { } seed ? (ulong)seed : (ulong)Random.Shared.NextInt64()],
            Constraint = options.ResponseFormat is not ChatResponseFormatJson json ? null
                : json.Schema is { } schema ? JsonConstraint.ForSchema(Server.Tokenizer, Server.EndTokens, schema)
                : JsonConstraint.ForAnyObject(Server.Tokenizer, Server.EndTokens),
            Options = new GenerationOptions
            {
                DoSample = temperature > 0,
                Temperature = temperature > 0 ? temperature : 1,
                TopP = options.TopP ?? 1,
                TopK = options.TopK ?? 0,
                PresencePenalty = options.PresencePenalty ?? 0,
                FrequencyPenalty = options.FrequencyPenalty ?? 0,
                MaxNewTokens = options.MaxOutputTokens ?? Server.ContextLength,
                StopStrings = [.. options.StopSequences ?? []],
            },
        };
    }

    private Message Read(ChatMessage message, int number, List<IDisposable> leases)
    {
        var role = message.Role.Value;
        return role is "system" or "user" or "assistant"
            ? new Message(role, [.. message.Contents.Select(content => Read(content, $"messages[{number}]", leases))])
            : throw new InvalidRequestException($"Message {number} is of the role {role}: expected system, user or assistant.", "messages");
    }

    private MessagePart Read(AIContent content, string place, List<IDisposable> leases)
    {
        switch (content)
        {
            case TextContent text:
                return text.Text;
            case DataContent data when data.HasTopLevelMediaType("image"):
                return MediaInput.Image(data.Data, data.Name ?? place);
            case DataContent data when data.HasTopLevelMediaType("video"):
                var (path, lease) = _videos.Put(data.Data.ToArray());
                leases.Add(lease);
                return MediaInput.Video(path);
            case UriContent { Uri.IsFile: true } file when file.HasTopLevelMediaType("image"):
                return MediaInput.Image(file.Uri.LocalPath);
            case UriContent { Uri.IsFile: true } file when file.HasTopLevelMediaType("video"):
                return MediaInput.Video(file.Uri.LocalPath);
            case UriContent uri:
                throw new InvalidRequestException($"{place}: {uri.Uri} ({uri.MediaType}) should be a file:// address of an image or a video. Fetch it first, and send a DataContent.", "messages");
            default:
                throw new InvalidRequestException($"{place}: the model takes texts, images and videos, found {content.GetType().Name}.", "messages");
        }
    }

    private static void Refuse(bool asked, string option, string why)
    {
        if (asked)
        {
            throw new InvalidRequestException($"ChatOptions.{option} can't be used with a local model: {why}.", option);
        }
    }
}

/// <summary>Local models for dependency injection.</summary>
public static class PralineServices
{
    /// <summary>Registers a local model as <see cref="IChatClient"/>; it is loaded when it is first asked for, and freed with the container.</summary>
    /// <param name="services">The services.</param>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <param name="options">Device and type.</param>
    /// <param name="serving">Batch and caches.</param>
    public static IServiceCollection AddPralineChatClient(this IServiceCollection services, string folder, LoadOptions? options = null, ModelServerOptions? serving = null) =>
        services.AddSingleton<IChatClient>(_ => PralineChatClient.Load(folder, options, serving));
}
