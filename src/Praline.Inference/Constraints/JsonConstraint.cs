using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Praline.Models.Generation;
using Praline.Text.Tokenizers;

namespace Praline.Inference.Constraints;

/// <summary>Decoding that can only write JSON that a schema allows: of each token it is known beforehand whether its text fits what was written so far.</summary>
/// <example><code>
/// var schema = JsonConstraint.ForSchema(server.Tokenizer, server.EndTokens, JsonDocument.Parse("""{"type":"object","properties":{"red":{"type":"boolean"}},"required":["red"]}""").RootElement);
/// var result = await server.AnswerAsync(new InferenceRequest { Messages = [new("user", "Is it red?")], Constraint = schema });
/// </code></example>
public static class JsonConstraint
{
    /// <summary>Constraints for a schema, one for each answer.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="endTokens">Tokens that end an answer.</param>
    /// <param name="schema">The schema.</param>
    /// <exception cref="InvalidRequestException">The schema asks for something unknown; the message names it.</exception>
    public static Func<ITokenConstraint> ForSchema(Tokenizer tokenizer, IReadOnlyList<int> endTokens, JsonElement schema) =>
        For(tokenizer, endTokens, JsonSchemaGrammar.Of(schema.Clone()));

    /// <summary>Constraints for any JSON object.</summary>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="endTokens">Tokens that end an answer.</param>
    public static Func<ITokenConstraint> ForAnyObject(Tokenizer tokenizer, IReadOnlyList<int> endTokens) => For(tokenizer, endTokens, JsonSchemaGrammar.AnyObject());

    private static Func<ITokenConstraint> For(Tokenizer tokenizer, IReadOnlyList<int> endTokens, Symbol grammar)
    {
        var masks = new TokenMasks(TokenTexts.Of(tokenizer), grammar);
        return () => new Constraint(masks, endTokens);
    }

    private sealed class Constraint(TokenMasks masks, IReadOnlyList<int> endTokens) : ITokenConstraint
    {
        private GrammarStates.State? _state = masks.Start;

        public void Mask(Span<float> logits)
        {
            var allowed = _state is null ? null : masks.Of(_state);
            var may = _state?.MayEnd != false;
            Span<float> ends = stackalloc float[Math.Min(64, endTokens.Count)];
            for (var i = 0; i < ends.Length; i++)
            {
                ends[i] = may && endTokens[i] < logits.Length ? logits[endTokens[i]] : float.NegativeInfinity;
            }

            for (var i = 0; i < logits.Length; i++)
            {
                if (allowed is null || i >= allowed.Length || !allowed[i])
                {
                    logits[i] = float.NegativeInfinity;
                }
            }

            for (var i = 0; i < ends.Length; i++)
            {
                if (endTokens[i] < logits.Length)
                {
                    logits[endTokens[i]] = ends[i];
                }
            }
        }

        public void Accept(int token)
        {
            if (_state is not null && !endTokens.Contains(token))
            {
                _state = masks.After(_state, token);
            }
        }
    }
}

/// <summary>The text that each token adds, as a tree of characters.</summary>
internal sealed class TokenTexts
{
    private static readonly ConditionalWeakTable<Tokenizer, TokenTexts> Known = [];

    internal TokenTexts(Tokenizer tokenizer)
    {
        // Decoders treat the first token apart, so each is looked at behind another.
        var anchor = Enumerable.Range(0, tokenizer.VocabularySize).First(id => !tokenizer.IsSpecial(id) && Decode(tokenizer, id) is { Length: > 0 } text && !text.Contains('\uFFFD'));
        var before = Decode(tokenizer, anchor);
        Texts = new string?[tokenizer.VocabularySize];
        for (var id = 0; id < Texts.Length; id++)
        {
            if (tokenizer.IsSpecial(id) || tokenizer.IdToToken(id) is null)
            {
                continue;
            }

            // Tokens that are a part of a character have no text of their own.
            var both = tokenizer.Decode([anchor, id], skipSpecialTokens: true, cleanUpTokenizationSpaces: false);
            if (both.StartsWith(before, StringComparison.Ordinal) && both.Length > before.Length && !both.Contains('\uFFFD'))
            {
                Texts[id] = both[before.Length..];
                var node = Root;
                foreach (var c in Texts[id]!)
                {
                    node = node.Children.TryGetValue(c, out var child) ? child : node.Children[c] = new Node();
                }

                node.Tokens.Add(id);
            }
        }
    }

    /// <summary>The texts of a tokenizer's tokens, made once.</summary>
    internal static TokenTexts Of(Tokenizer tokenizer) => Known.GetValue(tokenizer, t => new TokenTexts(t));

    internal string?[] Texts { get; }

    internal Node Root { get; } = new();

    private static string Decode(Tokenizer tokenizer, int id) => tokenizer.Decode([id], skipSpecialTokens: true, cleanUpTokenizationSpaces: false);

    internal sealed class Node
    {
        internal Dictionary<char, Node> Children { get; } = [];

        internal List<int> Tokens { get; } = [];
    }
}

/// <summary>Which tokens fit which state of a grammar; kept by state, shared by all answers under the grammar.</summary>
internal sealed class TokenMasks
{
    private const int MostMasks = 256;

    private readonly TokenTexts _texts;
    private readonly GrammarStates _states = new();
    private readonly ConcurrentDictionary<GrammarStates.State, bool[]> _masks = [];
    private readonly Lock _lock = new();

    internal TokenMasks(TokenTexts texts, Symbol grammar) => (_texts, Start) = (texts, _states.Start(grammar));

    internal GrammarStates.State Start { get; }

    /// <summary>For each token whether its text fits.</summary>
    internal bool[] Of(GrammarStates.State state)
    {
        if (_masks.TryGetValue(state, out var known))
        {
            return known;
        }

        lock (_lock)
        {
            var mask = new bool[_texts.Texts.Length];
            Walk(_texts.Root, state, mask);
            if (_masks.Count >= MostMasks)
            {
                _masks.Clear();
            }

            return _masks[state] = mask;
        }
    }

    /// <summary>The state after a token; null when it does not fit.</summary>
    internal GrammarStates.State? After(GrammarStates.State state, int token)
    {
        lock (_lock)
        {
            GrammarStates.State? next = state;
            foreach (var c in token < _texts.Texts.Length ? _texts.Texts[token] ?? "\0" : "\0")
            {
                next = next is null ? null : _states.Advance(next, c);
            }

            return next;
        }
    }

    private void Walk(TokenTexts.Node node, GrammarStates.State state, bool[] mask)
    {
        foreach (var id in node.Tokens)
        {
            mask[id] = true;
        }

        foreach (var (c, child) in node.Children)
        {
            if (_states.Advance(state, c) is { } next)
            {
                Walk(child, next, mask);
            }
        }
    }
}
