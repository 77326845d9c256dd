using System.Buffers;
using System.Text;

namespace Praline.Text.Tokenizers.Models;

/// <summary>Byte-pair encoding as in Hugging Face <c>tokenizers</c>, <c>models/bpe</c>; dropout is ignored.</summary>
internal sealed class BpeModel : TokenModel
{
    private readonly BpeOptions _options;
    private readonly MergeTable _merges;
    private readonly int? _unknownId;
    private readonly int[]? _byteTokens;
    private readonly int[] _commonIds = new int[512];
    private readonly WordCache _cache = new();

    public BpeModel(Vocabulary vocabulary, MergeTable merges, BpeOptions options)
        : base(vocabulary)
    {
        _merges = merges;
        _options = options;
        _unknownId = vocabulary.IdOf(options.UnknownToken);
        _byteTokens = options.ByteFallback ? ByteTokens(vocabulary) : null;
        for (var c = 0; c < _commonIds.Length; c++)
        {
            _commonIds[c] = vocabulary.TryGetId([(char)c], out var id) ? id : -1;
        }
    }

    /// <summary>The ids of <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c>; -1 where the vocabulary lacks one.</summary>
    public static int[] ByteTokens(Vocabulary vocabulary) =>
        [.. Enumerable.Range(0, 256).Select(b => vocabulary.IdOf($"<0x{b:X2}>") ?? -1)];

    public override void Tokenize(ReadOnlySpan<char> piece, List<int> ids)
    {
        if (piece.IsEmpty || _cache.TryAppend(piece, ids))
        {
            return;
        }

        if (_options.IgnoreMerges && Vocabulary.TryGetId(piece, out var whole))
        {
            ids.Add(whole);
            return;
        }

        // A symbol is at least one UTF-16 unit with its affixes; a fallback to bytes makes up to three of one unit.
        var symbols = ArrayPool<int>.Shared.Rent((piece.Length * 3 * (1 + _options.Prefix.Length)) + (3 * _options.Suffix.Length) + 1);
        try
        {
            var count = Split(piece, symbols);
            count = BpeMerger.Merge(symbols.AsSpan(0, count), _merges);
            var word = symbols.AsSpan(0, count);
            ids.AddRange(word);
            _cache.Add(piece, word);
        }
        finally
        {
            ArrayPool<int>.Shared.Return(symbols);
        }
    }

    private int Split(ReadOnlySpan<char> piece, int[] symbols)
    {
        var count = 0;
        var pendingUnknown = false;
        Span<char> affixed = stackalloc char[2 + _options.AffixLength];
        for (var at = 0; at < piece.Length;)
        {
            var length = at + 1 < piece.Length && char.IsHighSurrogate(piece[at]) && char.IsLowSurrogate(piece[at + 1]) ? 2 : 1;
            var symbol = piece.Slice(at, length);
            var affixedSymbol = _options.Affix(symbol, isFirst: at == 0, isLast: at + length == piece.Length, affixed);
            at += length;

            if (TryGetId(affixedSymbol, out var id))
            {
                if (pendingUnknown)
                {
                    symbols[count++] = _unknownId!.Value;
                    pendingUnknown = false;
                }

                symbols[count++] = id;
            }
            else if (_byteTokens is not null && TryFallBack(affixedSymbol, symbols.AsSpan(count), out var bytes))
            {
                count += bytes;
            }
            else if (_unknownId is { } unknown)
            {
                if (pendingUnknown && !_options.FuseUnknown)
                {
                    symbols[count++] = unknown;
                }

                pendingUnknown = true;
            }
        }

        if (pendingUnknown)
        {
            symbols[count++] = _unknownId!.Value;
        }

        return count;
    }

    private bool TryGetId(ReadOnlySpan<char> symbol, out int id)
    {
        if (symbol.Length == 1 && symbol[0] < _commonIds.Length)
        {
            id = _commonIds[symbol[0]];
            return id >= 0;
        }

        return Vocabulary.TryGetId(symbol, out id);
    }

    private bool TryFallBack(ReadOnlySpan<char> symbol, Span<int> target, out int count)
    {
        Span<byte> utf8 = stackalloc byte[symbol.Length * 3];
        count = Encoding.UTF8.GetBytes(symbol, utf8);
        for (var i = 0; i < count; i++)
        {
            if (_byteTokens![utf8[i]] < 0)
            {
                return false;
            }

            target[i] = _byteTokens[utf8[i]];
        }

        return true;
    }
}
