using System.Text;
using Praline.Text.Tokenizers.Normalizers;

namespace Praline.Text.Tokenizers.SentencePiece;

/// <summary>
/// What SentencePiece does to a text before splitting it: character map, extra spaces, dummy prefix, spaces as U+2581.
/// </summary>
internal sealed class SentencePieceNormalizer(SentencePieceFile file, CharsMap? map, bool addDummyPrefix) : Normalizer
{
    public const string Space = "\u2581";

    public override string Normalize(string text)
    {
        text = map is null ? text : Map(text, map);
        if (file.RemoveExtraWhitespaces)
        {
            text = string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }

        if (text.Length == 0)
        {
            return text;
        }

        if (addDummyPrefix)
        {
            text = file.TreatWhitespaceAsSuffix ? text + " " : " " + text;
        }

        return file.EscapeWhitespaces ? text.Replace(" ", Space, StringComparison.Ordinal) : text;
    }

    private static string Map(string text, CharsMap map)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var result = new StringBuilder(text.Length);
        for (var at = 0; at < utf8.Length;)
        {
            if (map.Find(utf8.AsSpan(at), longest: true, out var length) is { } replacement)
            {
                result.Append(replacement);
                at += length;
                continue;
            }

            Rune.DecodeFromUtf8(utf8.AsSpan(at), out var rune, out var taken);
            result.Append(rune.ToString());
            at += taken;
        }

        return result.ToString();
    }
}
