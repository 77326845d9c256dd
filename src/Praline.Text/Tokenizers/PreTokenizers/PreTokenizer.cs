namespace Praline.Text.Tokenizers.PreTokenizers;

/// <summary>Splits pieces of text into smaller ones, perhaps rewritten. Safe to call from several threads.</summary>
internal abstract class PreTokenizer
{
    /// <summary>
    /// Reads <paramref name="pieces"/> and appends what becomes of them to <paramref name="result"/>, in order.
    /// </summary>
    public abstract void Apply(List<Piece> pieces, List<Piece> result);
}
