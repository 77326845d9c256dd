using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Praline.Inference;

namespace Praline.Server.Routes;

/// <summary><c>POST /v1/completions</c>: texts that are gone on from as they are, without a chat template.</summary>
internal static class Completions
{
    private const int MostPrompts = 64;

    internal static async Task AnswerAsync(HttpContext context, Answering answering)
    {
        var request = await answering.BodyAsync(context).ConfigureAwait(false);
        var (model, adapter) = answering.ModelOf(request);
        var limited = request.Find("max_tokens") is not null;
        var sampling = Sampling.Read(request, answering.Server, answering.Options, "max_tokens");
        var (stream, withUsage) = ChatCompletions.Streamed(request);
        var top = (int?)request.Integer("logprobs", 0, 20);
        var constraint = answering.Formats.Read(request.Child("response_format"));
        request.WithoutEffect("user", "cache_prompt");
        request.Only("echo", "the prompt is not repeated.", "false");
        request.Only("suffix", "texts are gone on from at their end.", "\"\"");
        request.Only("best_of", "ask for n answers and choose.", "1");
        var conversation = answering.Conversation(context);
        var prompts = Prompts(request, conversation);
        request.Done();

        var generation = sampling.Options with { LogProbabilities = top is not null, TopLogProbabilities = top ?? 0 };
        var asks = prompts.Select(prompt => new InferenceRequest
        {
            Prompt = prompt,
            Options = limited ? generation : generation with { MaxNewTokens = Math.Min(16, generation.MaxNewTokens) }, // the API's default
            Seeds = sampling.Seeds,
            Adapter = adapter,
            Constraint = constraint,
        }).ToList();
        var answers = Enumerable.Range(0, asks.Count * sampling.Seeds.Count).Select(_ => new AnswerWriter(answering.Server, top is not null)).ToList();
        var offsets = new int[answers.Count];
        var head = new Head(Answering.NewId("cmpl-"), "text_completion", model, answering.Fingerprint);
        JsonObject Choice(int index, string text, IReadOnlyList<AnswerToken> tokens, string? finish) => new()
        {
            ["index"] = index,
            ["text"] = text,
            ["logprobs"] = top is null || (tokens.Count == 0 && finish is null) ? null : LogProbabilities(tokens, ref offsets[index]),
            ["finish_reason"] = finish,
        };

        await using var pieces = answering.StreamAsync(context, model, asks, context.RequestAborted).GetAsyncEnumerator(context.RequestAborted);
        var more = await pieces.MoveNextAsync().ConfigureAwait(false);
        if (stream)
        {
            EventStream.Begin(context.Response);
        }

        for (var usage = (Usage?)null; ; more = await pieces.MoveNextAsync().ConfigureAwait(false))
        {
            if (!more)
            {
                await EndAsync(usage!).ConfigureAwait(false);
                return;
            }

            var piece = pieces.Current;
            usage = piece.Usage ?? usage;
            var tokens = answers[piece.Index].Add(piece);
            if (stream && (piece.Text.Length > 0 || tokens.Count > 0 || piece.Finish is not null))
            {
                var chunk = head.Object([Choice(piece.Index, piece.Text, tokens, piece.Finish is null ? null : answers[piece.Index].Finish)]);
                if (withUsage)
                {
                    chunk["usage"] = null;
                }

                await EventStream.SendAsync(context, chunk).ConfigureAwait(false);
            }
        }

        async Task EndAsync(Usage usage)
        {
            var last = head.Object(stream ? [] : [.. answers.Select((answer, i) => Choice(i, answer.Text, answer.Tokens, answer.Finish))]);
            last["usage"] = Answering.UsageOf(usage);
            if (!stream)
            {
                await EventStream.WriteJsonAsync(context, StatusCodes.Status200OK, last).ConfigureAwait(false);
                return;
            }

            if (withUsage)
            {
                await EventStream.SendAsync(context, last).ConfigureAwait(false);
            }

            await EventStream.EndAsync(context).ConfigureAwait(false);
        }
    }

    private static List<string> Prompts(RequestObject request, Conversation conversation)
    {
        var prompt = request.Find("prompt") ?? throw ApiException.Invalid("prompt", "prompt is missing: a text or a list of texts is expected.", "missing_field");
        List<string> prompts = prompt.ValueKind == JsonValueKind.Array
            ? [.. prompt.EnumerateArray().Select((text, i) => conversation.Counted(RequestObject.TextOf(text, $"prompt[{i}]"), "prompt"))]
            : [conversation.Counted(RequestObject.TextOf(prompt, "prompt"), "prompt")];
        return prompts.Count is > 0 and <= MostPrompts ? prompts : throw ApiException.Invalid("prompt", $"prompt should be 1 to {MostPrompts} texts, found {prompts.Count}.");
    }

    private static JsonObject LogProbabilities(IReadOnlyList<AnswerToken> tokens, ref int offset)
    {
        var offsets = new JsonArray();
        foreach (var token in tokens)
        {
            offsets.Add(offset);
            offset += token.Text.Length;
        }

        JsonObject Top(AnswerToken token)
        {
            var top = new JsonObject();
            foreach (var (text, value) in token.Top)
            {
                top.TryAdd(text, value);
            }

            return top;
        }

        return new JsonObject
        {
            ["tokens"] = new JsonArray([.. tokens.Select(t => (JsonNode)t.Text)]),
            ["token_logprobs"] = new JsonArray([.. tokens.Select(t => (JsonNode)t.LogProbability)]),
            ["top_logprobs"] = new JsonArray([.. tokens.Select(t => (JsonNode)Top(t))]),
            ["text_offset"] = offsets,
        };
    }
}
