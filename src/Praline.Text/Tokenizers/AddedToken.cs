namespace Praline.Text.Tokenizers;

/// <summary>
/// A token that is found in the text before anything else looks at it, as in <c>added_tokens</c> of
/// <c>tokenizer.json</c>.
/// </summary>
/// <param name="Id">Its id.</param>
/// <param name="Content">Its text.</param>
public sealed record AddedToken(int Id, string Content)
{
    /// <summary>Left out by <c>Decode(…, skipSpecialTokens: true)</c>.</summary>
    public bool Special { get; init; }

    /// <summary>Found in the normalized text rather than in the text as given.</summary>
    public bool Normalized { get; init; }

    /// <summary>Takes the white space before it.</summary>
    public bool LStrip { get; init; }

    /// <summary>Takes the white space behind it.</summary>
    public bool RStrip { get; init; }

    /// <summary>Found only where no word character touches it.</summary>
    public bool SingleWord { get; init; }
}
