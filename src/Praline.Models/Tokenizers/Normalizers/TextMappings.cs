using System.Text;

namespace Praline.Models.Tokenizers.Normalizers;

/// <summary>The simple rewritings that normalizers are made of.</summary>
internal static class TextMappings
{
    /// <summary>Lower case, character by character as the reference does it (no final sigma); only U+0130 becomes two.</summary>
    public static string Lowercase(string text) =>
        text.ToLowerInvariant().Replace("\u0130", "i\u0307", StringComparison.Ordinal);

    public static Func<string, string> Strip(bool left, bool right) => (left, right) switch
    {
        (true, true) => text => text.Trim(),
        (true, false) => text => text.TrimStart(),
        (false, true) => text => text.TrimEnd(),
        _ => text => text,
    };

    public static string ByteLevel(string text)
    {
        var buffer = new char[text.Length * 3];
        return new string(buffer, 0, ByteLevelAlphabet.Write(text, buffer));
    }
}
