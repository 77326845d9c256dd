namespace Praline.Text.Tokenizers.Normalizers;

/// <summary>Rewrites text before it is split.</summary>
internal abstract class Normalizer
{
    public abstract string Normalize(string text);
}
