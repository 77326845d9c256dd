using System.Text;
using System.Text.Json.Nodes;
using Praline.Inference;
using Praline.Models.Generation;
using Praline.Text.Tokenizers;

namespace Praline.Server;

/// <summary>A token of an answer as clients are told of it.</summary>
/// <param name="Text">What it adds to the text; nothing where it is a part of a character that a later token completes.</param>
/// <param name="LogProbability">Its log-probability.</param>
/// <param name="Top">The likeliest tokens in its place.</param>
internal sealed record AnswerToken(string Text, float LogProbability, IReadOnlyList<(string Text, float LogProbability)> Top);

/// <summary>
/// One answer piece by piece: its text, and the tokens that this text is made of. Tokens wait until their text is certain, so that those of a stop string never come.
/// </summary>
internal sealed class AnswerWriter(ModelServer server, bool logProbabilities)
{
    private readonly StringBuilder _text = new();
    private readonly Queue<(AnswerToken Token, int Start, int End)> _waiting = [];
    private readonly StreamingDecoder _decoder = new(server.Tokenizer);
    private int _read;

    /// <summary>All text so far.</summary>
    internal string Text => _text.ToString();

    /// <summary>All tokens so far, where they were asked for.</summary>
    internal List<AnswerToken> Tokens { get; } = [];

    /// <summary>Why it ended, in the API's words; null while it goes on.</summary>
    internal string? Finish { get; private set; }

    /// <summary>Takes a piece and gives the tokens that are certain now.</summary>
    internal IReadOnlyList<AnswerToken> Add(AnswerDelta piece)
    {
        _text.Append(piece.Text);
        Finish = piece.Finish switch
        {
            null => Finish,
            FinishReason.MaxTokens => "length",
            _ => "stop",
        };
        if (!logProbabilities)
        {
            return [];
        }

        foreach (var token in piece.Tokens.Where(token => token.Finish != FinishReason.EndToken))
        {
            var start = _read;
            var text = _decoder.Add(token.TokenId) + (token.Finish is not null ? _decoder.Finish() : "");
            _read += text.Length;
            _waiting.Enqueue((new AnswerToken(
                text, token.LogProbability ?? 0, [.. (token.Top ?? []).Select(top => (top.Token == token.TokenId ? text : server.TextOf(top.Token), top.LogProbability))]), start, _read));
        }

        // What the end brings belongs to the text; behind a stop string nothing does.
        var certain = new List<AnswerToken>();
        while (_waiting.TryPeek(out var next)
            && (next.End <= _text.Length || (Finish is not null && (next.Start < _text.Length || piece.Finish != FinishReason.StopString))))
        {
            certain.Add(_waiting.Dequeue().Token);
        }

        Tokens.AddRange(certain);
        return certain;
    }

    /// <summary>Tokens in the form of <c>logprobs.content</c>.</summary>
    internal static JsonObject Content(IEnumerable<AnswerToken> tokens) => new() { ["content"] = List(tokens), ["refusal"] = null };

    internal static JsonArray List(IEnumerable<AnswerToken> tokens) => [.. tokens.Select(token =>
    {
        var one = One(token.Text, token.LogProbability);
        one["top_logprobs"] = new JsonArray([.. token.Top.Select(top => (JsonNode)One(top.Text, top.LogProbability))]);
        return (JsonNode)one;
    })];

    private static JsonObject One(string text, float logProbability) => new()
    {
        ["token"] = text,
        // JSON knows no infinity; a token of probability 0 comes to this in other servers too.
        ["logprob"] = float.IsFinite(logProbability) ? logProbability : -9999,
        ["bytes"] = new JsonArray([.. Encoding.UTF8.GetBytes(text).Select(b => (JsonNode)(int)b)]),
    };
}
