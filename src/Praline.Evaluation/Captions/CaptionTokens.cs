using System.Text;

namespace Praline.Evaluation;

/// <summary>
/// Turns ordinary text into tokens for the caption metrics: lower case, words of letters and digits (with inner apostrophes, hyphens and
/// decimal points), no punctuation. Close to, but not the same as, the Penn Treebank tokenizer that COCO's scripts use; numbers to be
/// set beside published ones should be computed from text tokenised with that.
/// </summary>
public static class CaptionTokens
{
    /// <summary>The tokens of a text.</summary>
    public static IReadOnlyList<string> Split(string text)
    {
        var tokens = new List<string>();
        var token = new StringBuilder();
        for (var i = 0; i <= text.Length; i++)
        {
            var c = i < text.Length ? text[i] : ' ';
            var inner = c is '\'' or '’' or '-' or '.' && token.Length > 0 && i + 1 < text.Length && char.IsLetterOrDigit(text[i + 1])
                && (c != '.' || char.IsDigit(text[i + 1]));
            if (char.IsLetterOrDigit(c) || char.IsSurrogate(c) || inner)
            {
                token.Append(c == '’' ? '\'' : char.ToLowerInvariant(c));
            }
            else if (token.Length > 0)
            {
                tokens.Add(token.ToString());
                token.Clear();
            }
        }

        return tokens;
    }
}
