using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Praline.Inference;
using Praline.Server.Media;
using Praline.Text.ChatTemplates;

namespace Praline.Server;

/// <summary>What all routes share: the model under its names, and answers as they come.</summary>
internal sealed class Answering(ModelServer server, ServeOptions options, MediaSources sources, RequestBodies bodies, ServerMetrics metrics)
{
    private readonly Lazy<ChatTemplate?> _template = new(() => ChatTemplate.Load(server.Folder));
    private readonly Lazy<string> _fingerprint = new(() =>
        "fp_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(server.Fingerprint)))[..12]);

    internal ModelServer Server => server;

    internal ServeOptions Options => options;

    internal Formats Formats { get; } = new(server);

    /// <summary>Names the weights and the arithmetic: while it is the same, a request with a seed has the same answer.</summary>
    internal string Fingerprint => _fingerprint.Value;

    /// <summary>When the server started, in Unix seconds: what is said to be the models' time of creation.</summary>
    internal long Started { get; } = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    /// <summary>What requests may call the model: the base first, then each adapter.</summary>
    internal IReadOnlyList<string> Models => [BaseName, .. server.Adapters];

    private string BaseName => options.ModelName ?? server.Name;

    internal async Task<RequestObject> BodyAsync(HttpContext context) => RequestObject.Of(await bodies.ReadAsync(context).ConfigureAwait(false), "");

    internal Conversation Conversation(HttpContext context)
    {
        var leases = new List<IDisposable>();
        context.Response.OnCompleted(() =>
        {
            leases.ForEach(lease => lease.Dispose());
            return Task.CompletedTask;
        });
        return new Conversation(options, sources, leases, context.RequestAborted);
    }

    /// <summary>The adapter that a request names; null for the base.</summary>
    internal (string Name, string? Adapter) ModelOf(RequestObject request)
    {
        var models = Models;
        var name = request.Text("model") ?? (models.Count == 1 ? BaseName
            : throw ApiException.Invalid("model", $"model is missing: name one of {string.Join(", ", models)}.", "missing_field"));
        return name == BaseName ? (name, null) : server.Adapters.Contains(name) ? (name, name)
            : throw new ApiException(StatusCodes.Status404NotFound, $"There is no model '{name}': expected {string.Join(", ", models)}.", "model", "model_not_found");
    }

    /// <summary>What the chat template may read beside the messages.</summary>
    internal Dictionary<string, object?> Variables(RequestObject request)
    {
        var variables = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (request.Find("chat_template_kwargs") is { } given)
        {
            _ = request.Child("chat_template_kwargs");
            foreach (var entry in given.EnumerateObject())
            {
                if (entry.Name is "messages" or "tools" or "add_generation_prompt" || server.Tokenizer.SpecialTokens.ContainsKey(entry.Name) || !Reads(entry.Name))
                {
                    throw ApiException.Invalid(
                        $"chat_template_kwargs.{entry.Name}", $"The checkpoint's chat template has no variable {entry.Name} for requests to set.", "unsupported_value");
                }

                variables[entry.Name] = entry.Value;
            }
        }

        if (request.List("tools") is { Count: > 0 } tools)
        {
            variables["tools"] = Reads("tools") ? tools
                : throw ApiException.Invalid("tools", "The checkpoint's chat template knows no tools: put what is needed into a message.", "unsupported_value");
        }

        request.Only("tool_choice", "tools are shown to the model, which may call them or not.", "\"auto\"", "\"none\"");
        if (request.Text("tool_choice") == "none")
        {
            variables.Remove("tools");
        }

        return variables;
    }

    /// <summary>The answers to some requests as they come; answers of later requests have higher numbers. What they cost together comes last.</summary>
    internal async IAsyncEnumerable<AnswerDelta> StreamAsync(
        HttpContext context, string model, IReadOnlyList<InferenceRequest> requests, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (begun, first, usage) = (context.Items["begun"] as long? ?? Stopwatch.GetTimestamp(), true, new Usage(0, 0, 0));
        await foreach (var piece in (requests.Count == 1 ? server.StreamAsync(requests[0], cancellation) : MergeAsync(requests, cancellation)).ConfigureAwait(false))
        {
            if (first && piece.Tokens.Count > 0)
            {
                first = false;
                metrics.FirstToken(Stopwatch.GetElapsedTime(begun));
            }

            if (piece.Usage is { } cost)
            {
                usage = new Usage(usage.PromptTokens + cost.PromptTokens, usage.CachedTokens + cost.CachedTokens, usage.CompletionTokens + cost.CompletionTokens);
            }
            else
            {
                yield return piece;
            }
        }

        metrics.Answered(model, usage);
        yield return new AnswerDelta(0, "", [], null, usage);
    }

    internal static JsonObject UsageOf(Usage usage) => new()
    {
        ["prompt_tokens"] = usage.PromptTokens,
        ["completion_tokens"] = usage.CompletionTokens,
        ["total_tokens"] = usage.PromptTokens + usage.CompletionTokens,
        ["prompt_tokens_details"] = new JsonObject { ["cached_tokens"] = usage.CachedTokens },
    };

    internal static string NewId(string prefix) => prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private bool Reads(string variable) => _template.Value?.Source.Contains(variable, StringComparison.Ordinal) == true;

    private async IAsyncEnumerable<AnswerDelta> MergeAsync(IReadOnlyList<InferenceRequest> requests, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var channel = Channel.CreateUnbounded<AnswerDelta>(new UnboundedChannelOptions { SingleReader = true });
        async Task Forward(InferenceRequest request, int offset)
        {
            await foreach (var piece in server.StreamAsync(request, stop.Token).ConfigureAwait(false))
            {
                channel.Writer.TryWrite(piece with { Index = piece.Index + offset });
            }
        }

        var all = Task.WhenAll(requests.Select((request, i) => Forward(request, requests.Take(i).Sum(r => r.Seeds.Count))));
        _ = all.ContinueWith(
            task => channel.Writer.TryComplete(task.IsCanceled ? new OperationCanceledException() : task.Exception?.InnerException), TaskScheduler.Default);
        try
        {
            await foreach (var piece in channel.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
            {
                yield return piece;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
