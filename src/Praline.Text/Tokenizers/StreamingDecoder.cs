namespace Praline.Text.Tokenizers;

/// <summary>
/// Decodes ids as they are generated: gives text as soon as it is certain, that is once no character is half there. Put
/// together, what it gives is what <see cref="Tokenizer.Decode"/> gives for all ids without
/// <c>clean_up_tokenization_spaces</c>, unless bytes that are no text break a character that was given already. Not for
/// several threads at once.
/// </summary>
public sealed class StreamingDecoder
{
    // A character has at most four bytes, so after more tokens than this a U+FFFD at the end is not an unfinished one.
    private const int MostPending = 6;

    private readonly Tokenizer _tokenizer;
    private readonly bool _skipSpecialTokens;
    private readonly List<int> _ids = [];
    private int _given;
    private string _before = "";

    /// <summary>Starts a text.</summary>
    /// <param name="tokenizer">What the ids belong to.</param>
    /// <param name="skipSpecialTokens">Leave special tokens out.</param>
    public StreamingDecoder(Tokenizer tokenizer, bool skipSpecialTokens = true)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        _tokenizer = tokenizer;
        _skipSpecialTokens = skipSpecialTokens;
    }

    /// <summary>Takes the next id and gives the text that is certain now; often one token's, sometimes none.</summary>
    public string Add(int id)
    {
        _ids.Add(id);
        var text = Decode();
        return text.EndsWith('\uFFFD') && _ids.Count - _given <= MostPending ? "" : Give(text);
    }

    /// <summary>Ends the text and gives what was held back; what is not whole becomes U+FFFD.</summary>
    public string Finish() => _ids.Count > _given ? Give(Decode()) : "";

    /// <summary>
    /// Gives what is new in the text, and keeps only as many ids as the next one's text may depend on.
    /// </summary>
    private string Give(string text)
    {
        var fresh = text.StartsWith(_before, StringComparison.Ordinal) ? text[_before.Length..] : "";
        // The ids given just now stay as context, since decoders treat the first text apart; when they have none, so do
        // those before.
        var context = _ids[_given..];
        var contextText = _tokenizer.Decode(context, _skipSpecialTokens, cleanUpTokenizationSpaces: false);
        if (contextText.Length > 0)
        {
            _ids.RemoveRange(0, _given);
        }

        _given = _ids.Count;
        _before = contextText.Length > 0 ? contextText : text;
        return fresh;
    }

    private string Decode() => _tokenizer.Decode(_ids, _skipSpecialTokens, cleanUpTokenizationSpaces: false);
}
