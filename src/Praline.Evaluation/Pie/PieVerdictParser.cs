using System.Text.RegularExpressions;

namespace Praline.Evaluation;

/// <summary>
/// Reads the flag out of a judge's answer. Judges are asked for an explanation and then <c>Flag: True</c>, and write it in many ways. In order:
/// a labelled flag ("Flag: True", JSON too), another labelled verdict ("Verdict: False"), a flag standing alone on the first or last line,
/// one that begins the answer ("True. The reply…"), one in a sentence ("should be marked as False"). The first of these that occurs decides;
/// if what it finds contradicts itself, or nothing is found, the answer is unscored: a guess would become a number.
/// </summary>
public static partial class PieVerdictParser
{
    private const string Value = @"(?<value>true|ambiguous|false)(?![\w/|]|-\w)";
    private const string Quotes = @"[\s""'`“”‘’(\[{<*]*";

    /// <summary>Reads an answer.</summary>
    /// <param name="answer">The judge's whole answer; null when there is none.</param>
    /// <param name="allowsAmbiguous">Whether the question's type knows the flag Ambiguous.</param>
    /// <param name="cutOff">Whether the token limit ended the answer: then its last words are not trusted.</param>
    public static PieVerdict Parse(string? answer, bool allowsAmbiguous, bool cutOff = false)
    {
        var text = Clean(answer ?? "");
        if (text.Length == 0)
        {
            return new PieVerdict.Unscored("The judge's answer is empty.");
        }

        Func<string, IEnumerable<PieFlag>>[] ways = cutOff
            ? [Labelled, OtherLabelled, FirstLine, Leading]
            : [Labelled, OtherLabelled, AloneLine, Leading, InSentence];
        foreach (var find in ways)
        {
            var flags = find(text).Distinct().ToArray();
            if (flags.Length > 1)
            {
                return new PieVerdict.Unscored($"The judge's answer contradicts itself: {string.Join(" and ", flags)}.");
            }

            if (flags.Length == 1)
            {
                return flags[0] == PieFlag.Ambiguous && !allowsAmbiguous
                    ? new PieVerdict.Unscored("The judge says Ambiguous, which this question type doesn't have.")
                    : new PieVerdict.Scored(flags[0]);
            }
        }

        return new PieVerdict.Unscored(cutOff ? "The judge's answer was cut off before its flag." : "The judge's answer has no flag.");
    }

    /// <summary>Without thoughts, Markdown and the variety of colons and spaces.</summary>
    private static string Clean(string answer)
    {
        // Thoughts weigh both sides; only what follows them is the answer. Thoughts without end were cut off: no answer.
        var end = answer.LastIndexOf("</think>", StringComparison.OrdinalIgnoreCase);
        if (end >= 0)
        {
            answer = answer[(end + "</think>".Length)..];
        }
        else if (answer.TrimStart().StartsWith("<think>", StringComparison.OrdinalIgnoreCase))
        {
            return "";
        }

        return Markup().Replace(answer.Replace('：', ':').Replace('\u00a0', ' ').Replace("\r\n", "\n"), "").Trim();
    }

    private static IEnumerable<PieFlag> Labelled(string text)
    {
        var matches = FlagLabel().Matches(text).Where(m => !IsChoice(text, m)).ToArray();

        // "Final flag" is said by judges who change their mind: it stands.
        var final = matches.Where(m => m.Groups["final"].Success).ToArray();
        return (final.Length > 0 ? final : matches).Select(ToFlag);
    }

    private static IEnumerable<PieFlag> OtherLabelled(string text)
    {
        // A template that was repeated ("Flag: True/False") is no verdict, and no other label may speak for it.
        return FlagLabel().IsMatch(text) ? [] : OtherLabel().Matches(text).Where(m => !IsChoice(text, m)).Select(ToFlag);
    }

    private static IEnumerable<PieFlag> AloneLine(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new[] { lines[0], lines[^1] }.Select(l => Alone().Match(l)).Where(m => m.Success).Select(ToFlag);
    }

    // Of a cut-off answer only a whole line can be trusted to be whole.
    private static IEnumerable<PieFlag> FirstLine(string text) =>
        text.IndexOf('\n') is > 0 and var end && Alone().Match(text[..end].Trim()) is { Success: true } match ? [ToFlag(match)] : [];

    private static IEnumerable<PieFlag> Leading(string text) =>
        Beginning().Match(text) is { Success: true } match && !IsChoice(text, match) ? [ToFlag(match)] : [];

    private static IEnumerable<PieFlag> InSentence(string text) =>
        Sentence().Matches(text).Where(m => !IsChoice(text, m) && !Hedged().IsMatch(Before(text, m.Index))).Select(ToFlag);

    /// <summary>Whether the flag is one of several offered: "True/False", "True or Ambiguous".</summary>
    private static bool IsChoice(string text, Match match)
    {
        var value = match.Groups["value"];
        return Alternative().IsMatch(text[(value.Index + value.Length)..]);
    }

    /// <summary>The part of the sentence that comes before a place.</summary>
    private static string Before(string text, int index)
    {
        var start = index > 0 ? text.LastIndexOfAny(['.', '!', '?', ';', '\n'], index - 1) : -1;
        return text[(start + 1)..index];
    }

    private static PieFlag ToFlag(Match match) => Enum.Parse<PieFlag>(match.Groups["value"].Value, ignoreCase: true);

    [GeneratedRegex(@"[*_`#>~\\]+|```\w*")]
    private static partial Regex Markup();

    [GeneratedRegex(
        @"\b(?<final>final\s+)?flag(?:ged)?\b" + Quotes + @"(?:is\b|[:=→–—-]+>?)?" + Quotes + Value,
        RegexOptions.IgnoreCase)]
    private static partial Regex FlagLabel();

    [GeneratedRegex(
        @"\b(?:verdict|judge?ment|rating|label|mark|decision|evaluation|result|conclusion|classification|answer|score)\b"
            + Quotes + @"(?:is\b|[:=→–—-]+>?)" + Quotes + Value,
        RegexOptions.IgnoreCase)]
    private static partial Regex OtherLabel();

    [GeneratedRegex(@"^" + Quotes + Value + @"[\s""'`“”‘’)\]}>.,;:!]*$", RegexOptions.IgnoreCase)]
    private static partial Regex Alone();

    [GeneratedRegex(@"^" + Quotes + Value + @"[""'”’)\]}]*(?:\s*[.,:;!]|\s+[–—-]+\s|\s+(?:because|since|as)\b)", RegexOptions.IgnoreCase)]
    private static partial Regex Beginning();

    [GeneratedRegex(
        @"\b(?:mark|flag|label|rate|judg|classif|consider|deem|evaluat|therefore|thus|hence)\w*,?\s+"
            + @"(?:(?!and\b|or\b|not\b|whether\b|if\b)[\w']+\s+){0,6}?(?:as|to\s+be)?\s*:?" + Quotes + Value,
        RegexOptions.IgnoreCase)]
    private static partial Regex Sentence();

    [GeneratedRegex(
        @"\b(?:not|cannot|never|neither|if|unless|otherwise|could|might|may|whether|either|rather)\b|n't\b", RegexOptions.IgnoreCase)]
    private static partial Regex Hedged();

    [GeneratedRegex(@"^[""'”’)\]}]*\s*(?:/|\||,|\bor\b|\band\b)\s*[""'“‘(\[]*(?:true|ambiguous|false)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Alternative();
}
