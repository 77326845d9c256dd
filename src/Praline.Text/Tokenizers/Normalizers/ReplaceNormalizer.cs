namespace Praline.Text.Tokenizers.Normalizers;

/// <summary>Replaces every match of a pattern by fixed text.</summary>
internal sealed class ReplaceNormalizer(SplitPattern pattern, string content) : Normalizer
{
    public override string Normalize(string text) => pattern.Replace(text, content);
}
