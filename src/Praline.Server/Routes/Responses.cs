using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Praline.Inference;

namespace Praline.Server.Routes;

/// <summary><c>POST /v1/responses</c>: texts and images; nothing is kept, so that every request brings its whole conversation.</summary>
internal static class Responses
{
    internal static async Task AnswerAsync(HttpContext context, Answering answering)
    {
        var request = await answering.BodyAsync(context).ConfigureAwait(false);
        var (model, adapter) = answering.ModelOf(request);
        request.Only("n", "one answer is given here.", "1");
        var sampling = Sampling.Read(request, answering.Server, answering.Options, "max_output_tokens");
        var stream = request.Flag("stream") ?? false;
        if (request.Child("stream_options") is { } wishes)
        {
            wishes.WithoutEffect("include_obfuscation");
            wishes.Done();
        }

        var constraint = Format(request, answering, out var format);
        var top = (int)(request.Integer("top_logprobs", 0, 20) ?? 0);
        var include = request.List("include")?.Select((name, i) => RequestObject.TextOf(name, $"include[{i}]")).ToList() ?? [];
        if (include.Find(name => name != "message.output_text.logprobs") is { } unknown)
        {
            throw ApiException.Invalid("include", $"include {unknown} is not supported: only message.output_text.logprobs is.", "unsupported_value");
        }

        var logProbabilities = top > 0 || include.Count > 0;
        request.WithoutEffect("user", "metadata", "parallel_tool_calls", "safety_identifier", "prompt_cache_key", "prompt_cache_retention", "max_tool_calls");
        request.Only("store", "nothing is kept here.", "false");
        request.Only("background", "answers are waited for.", "false");
        request.Only("service_tier", "there is one.", "\"auto\"", "\"default\"");
        request.Only("truncation", "conversations are not cut.", "\"disabled\"");
        request.Only("tools", "tools go with /v1/chat/completions.", "[]");
        request.Only("tool_choice", "there are no tools.", "\"auto\"", "\"none\"");
        request.Only("reasoning", "the model has no thoughts of its own.", "{}");
        request.Only("previous_response_id", "nothing is kept here: send the whole conversation as input.");
        request.Only("conversation", "nothing is kept here: send the whole conversation as input.");
        var conversation = answering.Conversation(context);
        var instructions = request.Text("instructions") is { } text ? conversation.Counted(text, "instructions") : null;
        var input = request.Find("input") ?? throw ApiException.Invalid("input", "input is missing: a text or a list of messages is expected.", "missing_field");
        request.Done();
        List<Message> messages = input.ValueKind == JsonValueKind.Array
            ? await conversation.ReadAsync([.. input.EnumerateArray()], "input").ConfigureAwait(false)
            : [new Message("user", conversation.Counted(RequestObject.TextOf(input, "input"), "input"))];
        if (instructions is not null)
        {
            messages.Insert(0, new Message("system", instructions));
        }

        var ask = new InferenceRequest
        {
            Messages = messages,
            Options = sampling.Options with { LogProbabilities = logProbabilities, TopLogProbabilities = top },
            Seeds = sampling.Seeds,
            Adapter = adapter,
            Constraint = constraint,
        };
        var answer = new Answer(new AnswerWriter(answering.Server, logProbabilities), model, instructions, format, request, sampling);
        await using var pieces = answering.StreamAsync(context, model, [ask], context.RequestAborted).GetAsyncEnumerator(context.RequestAborted);
        await (stream ? StreamAsync(context, pieces, answer) : WholeAsync(context, pieces, answer)).ConfigureAwait(false);
    }

    private static Func<Models.Generation.ITokenConstraint>? Format(RequestObject request, Answering answering, out JsonNode format)
    {
        format = new JsonObject { ["type"] = "text" };
        if (request.Child("text") is not { } text)
        {
            return null;
        }

        text.Only("verbosity", "say it in the input.", "\"medium\"");
        if (text.Find("format") is { } given)
        {
            format = JsonNode.Parse(given.GetRawText())!;
        }

        var constraint = answering.Formats.Read(text.Child("format"));
        text.Done();
        return constraint;
    }

    private static async Task WholeAsync(HttpContext context, IAsyncEnumerator<AnswerDelta> pieces, Answer answer)
    {
        while (await pieces.MoveNextAsync().ConfigureAwait(false))
        {
            answer.Add(pieces.Current);
        }

        await EventStream.WriteJsonAsync(context, StatusCodes.Status200OK, answer.Response()).ConfigureAwait(false);
    }

    private static async Task StreamAsync(HttpContext context, IAsyncEnumerator<AnswerDelta> pieces, Answer answer)
    {
        var number = 0;
        async Task Send(string type, JsonObject data)
        {
            data.Insert(0, "type", type);
            data.Insert(1, "sequence_number", number++);
            await EventStream.SendAsync(context, data, type).ConfigureAwait(false);
        }

        JsonObject InPart() => new() { ["item_id"] = answer.ItemId, ["output_index"] = 0, ["content_index"] = 0 };

        var more = await pieces.MoveNextAsync().ConfigureAwait(false);
        EventStream.Begin(context.Response);
        await Send("response.created", new JsonObject { ["response"] = answer.Response() }).ConfigureAwait(false);
        await Send("response.in_progress", new JsonObject { ["response"] = answer.Response() }).ConfigureAwait(false);
        await Send("response.output_item.added", new JsonObject { ["output_index"] = 0, ["item"] = answer.Item() }).ConfigureAwait(false);
        var part = InPart();
        part["part"] = answer.Part(begun: false);
        await Send("response.content_part.added", part).ConfigureAwait(false);
        for (; more; more = await pieces.MoveNextAsync().ConfigureAwait(false))
        {
            var tokens = answer.Add(pieces.Current);
            if (pieces.Current.Text.Length > 0 || tokens.Count > 0)
            {
                var delta = InPart();
                delta["delta"] = pieces.Current.Text;
                delta["logprobs"] = AnswerWriter.List(tokens);
                await Send("response.output_text.delta", delta).ConfigureAwait(false);
            }
        }

        var text = InPart();
        text["text"] = answer.Text;
        text["logprobs"] = AnswerWriter.List(answer.Tokens);
        await Send("response.output_text.done", text).ConfigureAwait(false);
        part = InPart();
        part["part"] = answer.Part(begun: true);
        await Send("response.content_part.done", part).ConfigureAwait(false);
        await Send("response.output_item.done", new JsonObject { ["output_index"] = 0, ["item"] = answer.Item() }).ConfigureAwait(false);
        await Send($"response.{answer.Status}", new JsonObject { ["response"] = answer.Response() }).ConfigureAwait(false);
    }

    /// <summary>A response as it grows.</summary>
    private sealed class Answer(AnswerWriter writer, string model, string? instructions, JsonNode format, RequestObject request, Sampling sampling)
    {
        private readonly string _id = Answering.NewId("resp_");
        private readonly long _created = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        private Usage? _usage;

        internal string ItemId { get; } = Answering.NewId("msg_");

        internal string Text => writer.Text;

        internal IReadOnlyList<AnswerToken> Tokens => writer.Tokens;

        internal string Status => _usage is null ? "in_progress" : writer.Finish == "length" ? "incomplete" : "completed";

        internal IReadOnlyList<AnswerToken> Add(AnswerDelta piece)
        {
            _usage = piece.Usage ?? _usage;
            return writer.Add(piece);
        }

        internal JsonObject Part(bool begun) => new()
        {
            ["type"] = "output_text",
            ["text"] = begun ? writer.Text : "",
            ["annotations"] = new JsonArray(),
            ["logprobs"] = AnswerWriter.List(begun ? writer.Tokens : []),
        };

        internal JsonObject Item() => new()
        {
            ["id"] = ItemId,
            ["type"] = "message",
            ["status"] = Status,
            ["role"] = "assistant",
            ["content"] = _usage is null ? new JsonArray() : new JsonArray(Part(begun: true)),
        };

        internal JsonObject Response() => new()
        {
            ["id"] = _id,
            ["object"] = "response",
            ["created_at"] = _created,
            ["status"] = Status,
            ["error"] = null,
            ["incomplete_details"] = Status == "incomplete" ? new JsonObject { ["reason"] = "max_output_tokens" } : null,
            ["instructions"] = instructions,
            ["max_output_tokens"] = request.Integer("max_output_tokens", 1, int.MaxValue),
            ["model"] = model,
            ["output"] = _usage is null ? new JsonArray() : new JsonArray(Item()),
            ["parallel_tool_calls"] = false,
            ["previous_response_id"] = null,
            ["reasoning"] = new JsonObject { ["effort"] = null, ["summary"] = null },
            ["store"] = false,
            ["temperature"] = sampling.Options.DoSample ? sampling.Options.Temperature : 0,
            ["text"] = new JsonObject { ["format"] = format.DeepClone() },
            ["tool_choice"] = "auto",
            ["tools"] = new JsonArray(),
            ["top_p"] = sampling.Options.TopP,
            ["truncation"] = "disabled",
            ["usage"] = _usage is { } usage ? new JsonObject
            {
                ["input_tokens"] = usage.PromptTokens,
                ["input_tokens_details"] = new JsonObject { ["cached_tokens"] = usage.CachedTokens },
                ["output_tokens"] = usage.CompletionTokens,
                ["output_tokens_details"] = new JsonObject { ["reasoning_tokens"] = 0 },
                ["total_tokens"] = usage.PromptTokens + usage.CompletionTokens,
            } : null,
            ["user"] = null,
            ["metadata"] = new JsonObject(),
        };
    }
}
