using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Praline.Inference;

namespace Praline.Server.Routes;

/// <summary><c>POST /v1/chat/completions</c>.</summary>
internal static class ChatCompletions
{
    internal static async Task AnswerAsync(HttpContext context, Answering answering)
    {
        var request = await answering.BodyAsync(context).ConfigureAwait(false);
        var (model, adapter) = answering.ModelOf(request);
        var sampling = Sampling.Read(request, answering.Server, answering.Options, "max_completion_tokens", "max_tokens");
        var (stream, withUsage) = Streamed(request);
        var top = (int?)request.Integer("top_logprobs", 0, 20);
        var logProbabilities = request.Flag("logprobs") ?? false;
        if (top > 0 && !logProbabilities)
        {
            throw ApiException.Invalid("top_logprobs", "top_logprobs goes with logprobs: true.");
        }

        var constraint = answering.Formats.Read(request.Child("response_format"));
        var variables = answering.Variables(request);
        request.WithoutEffect("user", "metadata", "parallel_tool_calls", "safety_identifier", "prompt_cache_key", "prompt_cache_retention", "cache_prompt");
        request.Only("store", "nothing is kept here.", "false");
        request.Only("service_tier", "there is one.", "\"auto\"", "\"default\"");
        request.Only("modalities", "answers are texts.", "[\"text\"]");
        request.Only("functions", "say it with tools.", "[]");
        request.Only("function_call", "say it with tools.", "\"none\"", "\"auto\"");
        request.Only("reasoning_effort", "the model has no thoughts of its own.", "\"none\"");
        request.Only("verbosity", "say it in a message.", "\"medium\"");
        var list = request.List("messages") ?? throw ApiException.Invalid("messages", "messages is missing: a list is expected.", "missing_field");
        request.Done();
        var messages = await answering.Conversation(context).ReadAsync(list, "messages").ConfigureAwait(false);

        var ask = new InferenceRequest
        {
            Messages = messages,
            Options = sampling.Options with { LogProbabilities = logProbabilities, TopLogProbabilities = top ?? 0 },
            Seeds = sampling.Seeds,
            Adapter = adapter,
            Constraint = constraint,
            TemplateVariables = variables,
        };
        var answers = sampling.Seeds.Select(_ => new AnswerWriter(answering.Server, logProbabilities)).ToList();
        var head = new Head(NewId(), stream ? "chat.completion.chunk" : "chat.completion", model, answering.Fingerprint);
        var pieces = answering.StreamAsync(context, model, [ask], context.RequestAborted);
        await (stream ? StreamAsync(context, pieces, answers, head, logProbabilities, withUsage) : WholeAsync(context, pieces, answers, head, logProbabilities)).ConfigureAwait(false);
    }

    /// <summary><c>stream</c> and <c>stream_options</c>.</summary>
    internal static (bool Stream, bool WithUsage) Streamed(RequestObject request)
    {
        var stream = request.Flag("stream") ?? false;
        if (request.Child("stream_options") is not { } wishes)
        {
            return (stream, false);
        }

        var usage = wishes.Flag("include_usage") ?? false;
        wishes.WithoutEffect("include_obfuscation");
        wishes.Done();
        return stream ? (true, usage) : throw ApiException.Invalid("stream_options", "stream_options goes with stream: true.");
    }

    private static string NewId() => Answering.NewId("chatcmpl-");

    private static async Task WholeAsync(HttpContext context, IAsyncEnumerable<AnswerDelta> pieces, List<AnswerWriter> answers, Head head, bool logProbabilities)
    {
        var usage = new Usage(0, 0, 0);
        await foreach (var piece in pieces.ConfigureAwait(false))
        {
            answers[piece.Index].Add(piece);
            usage = piece.Usage ?? usage;
        }

        var body = head.Object([.. answers.Select((answer, i) => new JsonObject
        {
            ["index"] = i,
            ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = answer.Text, ["refusal"] = null },
            ["logprobs"] = logProbabilities ? AnswerWriter.Content(answer.Tokens) : null,
            ["finish_reason"] = answer.Finish,
        })]);
        body["usage"] = Answering.UsageOf(usage);
        await EventStream.WriteJsonAsync(context, StatusCodes.Status200OK, body).ConfigureAwait(false);
    }

    private static async Task StreamAsync(
        HttpContext context, IAsyncEnumerable<AnswerDelta> pieces, List<AnswerWriter> answers, Head head, bool logProbabilities, bool withUsage)
    {
        async Task Send(int index, JsonObject delta, IReadOnlyList<AnswerToken> tokens, string? finish)
        {
            var chunk = head.Object([new JsonObject
            {
                ["index"] = index,
                ["delta"] = delta,
                ["logprobs"] = logProbabilities && tokens.Count > 0 ? AnswerWriter.Content(tokens) : null,
                ["finish_reason"] = finish,
            }]);
            if (withUsage)
            {
                chunk["usage"] = null;
            }

            await EventStream.SendAsync(context, chunk).ConfigureAwait(false);
        }

        // Until the first piece is there, what is wrong with the request has a status of its own.
        await using var each = pieces.GetAsyncEnumerator(context.RequestAborted);
        var more = await each.MoveNextAsync().ConfigureAwait(false);
        EventStream.Begin(context.Response);
        for (var i = 0; i < answers.Count; i++)
        {
            await Send(i, new JsonObject { ["role"] = "assistant", ["content"] = null }, [], null).ConfigureAwait(false);
        }

        for (; more; more = await each.MoveNextAsync().ConfigureAwait(false))
        {
            var piece = each.Current;
            if (piece.Usage is { } usage)
            {
                if (withUsage)
                {
                    var last = head.Object([]);
                    last["usage"] = Answering.UsageOf(usage);
                    await EventStream.SendAsync(context, last).ConfigureAwait(false);
                }

                continue;
            }

            var tokens = answers[piece.Index].Add(piece);
            if (piece.Text.Length > 0 || tokens.Count > 0)
            {
                await Send(piece.Index, new JsonObject { ["content"] = piece.Text }, tokens, null).ConfigureAwait(false);
            }

            if (piece.Finish is not null)
            {
                await Send(piece.Index, [], [], answers[piece.Index].Finish).ConfigureAwait(false);
            }
        }

        await EventStream.EndAsync(context).ConfigureAwait(false);
    }
}

/// <summary>What is the same in all chunks of an answer.</summary>
internal sealed record Head(string Id, string Kind, string Model, string Fingerprint)
{
    private readonly long _created = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    internal JsonObject Object(JsonArray choices) => new()
    {
        ["id"] = Id,
        ["object"] = Kind,
        ["created"] = _created,
        ["model"] = Model,
        ["system_fingerprint"] = Fingerprint,
        ["choices"] = choices,
    };
}
