namespace Praline.Text.Tokenizers;

/// <summary>What Hugging Face's <c>clean_up_tokenization_spaces</c> does to a decoded text (English).</summary>
internal static class TokenizationSpaces
{
    private static readonly (string From, string To)[] Replacements =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"),
        (" n't", "n't"), (" 'm", "'m"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ];

    public static string CleanUp(string text) =>
        Replacements.Aggregate(text, (current, r) => current.Replace(r.From, r.To, StringComparison.Ordinal));
}
