namespace Praline.Text.Tokenizers.Models;

/// <summary>The settings of a BPE model, named as in <c>tokenizer.json</c>.</summary>
internal sealed record BpeOptions
{
    /// <summary>
    /// <c>unk_token</c>: stands for a character that the vocabulary lacks; without one it is dropped.
    /// </summary>
    public string? UnknownToken { get; init; }

    /// <summary><c>fuse_unk</c>: unknown characters in a row are one unknown token.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary><c>byte_fallback</c>: an unknown character becomes its UTF-8 bytes' tokens.</summary>
    public bool ByteFallback { get; init; }

    /// <summary><c>ignore_merges</c>: a piece that is a token is that token, whatever the merges say.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary><c>continuing_subword_prefix</c>: put before every character but a piece's first.</summary>
    public string Prefix { get; init; } = "";

    /// <summary><c>end_of_word_suffix</c>: put behind a piece's last character.</summary>
    public string Suffix { get; init; } = "";

    public int AffixLength => Prefix.Length + Suffix.Length;

    /// <summary>
    /// A character with its prefix and suffix, written to <paramref name="buffer"/> when it needs any.
    /// </summary>
    public ReadOnlySpan<char> Affix(ReadOnlySpan<char> symbol, bool isFirst, bool isLast, Span<char> buffer)
    {
        var prefix = isFirst ? "" : Prefix;
        var suffix = isLast ? Suffix : "";
        if (prefix.Length + suffix.Length == 0)
        {
            return symbol;
        }

        prefix.CopyTo(buffer);
        symbol.CopyTo(buffer[prefix.Length..]);
        suffix.CopyTo(buffer[(prefix.Length + symbol.Length)..]);
        return buffer[..(prefix.Length + symbol.Length + suffix.Length)];
    }
}
