namespace Praline.Text.Tokenizers.Models;

/// <summary>What turns one pre-tokenized piece of text into token ids.</summary>
internal abstract class TokenModel(Vocabulary vocabulary)
{
    public Vocabulary Vocabulary { get; } = vocabulary;

    /// <summary>Appends the ids of one piece. Safe to call from several threads.</summary>
    public abstract void Tokenize(ReadOnlySpan<char> piece, List<int> ids);
}
