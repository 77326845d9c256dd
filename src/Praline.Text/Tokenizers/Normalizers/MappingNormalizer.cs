namespace Praline.Text.Tokenizers.Normalizers;

/// <summary>A normalizer that is one function of the text: lower-casing, stripping, a Unicode form.</summary>
internal sealed class MappingNormalizer(Func<string, string> map) : Normalizer
{
    public override string Normalize(string text) => map(text);
}
