namespace Praline.Text.Tokenizers;

/// <summary>What <see cref="BpeTrainer"/> trains.</summary>
public sealed record BpeTrainerOptions
{
    /// <summary>Stands for what can't be encoded (nothing, at byte level); id 0.</summary>
    public string UnkToken { get; init; } = "<unk>";

    /// <summary>Begins a text; id 1.</summary>
    public string BosToken { get; init; } = "<s>";

    /// <summary>Ends a text; id 2.</summary>
    public string EosToken { get; init; } = "</s>";

    /// <summary>Fills batches; id 3.</summary>
    public string PadToken { get; init; } = "<pad>";

    /// <summary>More special tokens, from id 4 on.</summary>
    public IReadOnlyList<string> AdditionalSpecialTokens { get; init; } = [];

    /// <summary>Put <see cref="BosToken"/> before every text that is encoded with special tokens.</summary>
    public bool AddBosToken { get; init; } = true;

    /// <summary>
    /// Put a space before a text that doesn't begin with one, so that its first word is the same token as elsewhere.
    /// </summary>
    public bool AddPrefixSpace { get; init; }

    /// <summary>A pair that occurs less often is not merged.</summary>
    public int MinimumFrequency { get; init; } = 2;

    internal IReadOnlyList<string> AllSpecialTokens()
    {
        string[] all = [UnkToken, BosToken, EosToken, PadToken, .. AdditionalSpecialTokens];
        return all.Distinct(StringComparer.Ordinal).Count() == all.Length && all.All(token => token.Length > 0)
            ? all
            : throw new PralineException($"Special tokens must differ and not be empty; given were {string.Join(' ', all)}.");
    }
}
