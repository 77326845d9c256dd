using System.Globalization;
using System.Text;

namespace Praline.Text.Tokenizers.Normalizers;

/// <summary>The simple rewritings that normalizers are made of.</summary>
internal static class TextMappings
{
    /// <summary>
    /// Lower case, character by character as the reference does it (no final sigma); only U+0130 becomes two.
    /// </summary>
    public static string Lowercase(string text) =>
        text.ToLowerInvariant().Replace("\u0130", "i\u0307", StringComparison.Ordinal);

    public static Func<string, string> Strip(bool left, bool right) => (left, right) switch
    {
        (true, true) => text => text.Trim(),
        (true, false) => text => text.TrimStart(),
        (false, true) => text => text.TrimEnd(),
        _ => text => text,
    };

    /// <summary>Leaves out all marks (M*).</summary>
    public static string StripAccents(string text) => Filter(text, rune => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark));

    /// <summary>Decomposes and leaves out non-spacing marks (Mn).</summary>
    public static string BertStripAccents(string text) => Filter(
        UnicodeNormalizer.Normalize(text, UnicodeForm.Nfd),
        rune => Rune.GetUnicodeCategory(rune) != UnicodeCategory.NonSpacingMark);

    /// <summary>Leaves out control characters and makes every white space a space.</summary>
    public static string BertCleanText(string text) => Map(text, rune => rune.Value switch
    {
        '\t' or '\n' or '\r' => " ",
        0 or 0xFFFD => "",
        _ => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned ? ""
            : Rune.IsWhiteSpace(rune) ? " " : null,
    });

    /// <summary>Puts spaces around CJK ideographs.</summary>
    public static string BertSpaceChinese(string text) => Map(text, rune => rune.Value is (>= 0x4E00 and <= 0x9FFF)
        or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B73F) or (>= 0x2B740 and <= 0x2B81F)
        or (>= 0x2B920 and <= 0x2CEAF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F) ? $" {rune} " : null);

    /// <summary>SentencePiece's rules for machine translation: leaves out controls, makes odd spaces spaces.</summary>
    public static string Nmt(string text) => Map(text, rune => rune.Value switch
    {
        (>= 1 and <= 8) or 0xB or (>= 0xE and <= 0x1F) or 0x7F or 0x8F or 0x9F => "",
        9 or 0xA or 0xC or 0xD or 0x1680 or (>= 0x200B and <= 0x200F) or 0x2028 or 0x2029 or 0x2581 or 0xFEFF or 0xFFFD => " ",
        _ => null,
    });

    private static string Filter(string text, Func<Rune, bool> keep) => Map(text, rune => keep(rune) ? null : "");

    /// <summary>Replaces characters; null keeps one as it is.</summary>
    private static string Map(string text, Func<Rune, string?> map)
    {
        var result = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            result.Append(map(rune) ?? rune.ToString());
        }

        return result.ToString();
    }

    public static string ByteLevel(string text)
    {
        var buffer = new char[text.Length * 3];
        return new string(buffer, 0, ByteLevelAlphabet.Write(text, buffer));
    }
}
