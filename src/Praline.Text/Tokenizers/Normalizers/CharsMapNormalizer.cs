using System.Globalization;
using System.Text;

namespace Praline.Text.Tokenizers.Normalizers;

/// <summary>
/// A precompiled character map as Hugging Face applies it: by grapheme where one is short and known, else by character.
/// </summary>
internal sealed class CharsMapNormalizer(CharsMap map) : Normalizer
{
    // The reference looks whole graphemes up only when they are shorter than this.
    private const int LongestGrapheme = 6;

    public override string Normalize(string text)
    {
        var result = new StringBuilder(text.Length);
        var graphemes = StringInfo.GetTextElementEnumerator(text);
        while (graphemes.MoveNext())
        {
            var grapheme = graphemes.GetTextElement();
            var utf8 = Encoding.UTF8.GetBytes(grapheme);
            if (utf8.Length < LongestGrapheme && map.Find(utf8, longest: false, out _) is { } whole)
            {
                result.Append(whole);
                continue;
            }

            foreach (var rune in grapheme.EnumerateRunes())
            {
                result.Append(map.Find(Encoding.UTF8.GetBytes(rune.ToString()), longest: false, out _) ?? rune.ToString());
            }
        }

        return result.ToString();
    }
}
