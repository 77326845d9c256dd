using System.Globalization;
using System.Text.RegularExpressions;

namespace Praline.Preferences;

/// <summary>Numbers as models write them: <c>4</c>, <c>4.5</c>, <c>"4"</c>, <c>4/5</c>, <c>four</c>, <c>4 out of 5</c>.</summary>
internal static partial class ScoreText
{
    /// <summary>A number in digits or as a word, as part of a larger expression.</summary>
    public const string Number = @"(?<n>[-−]?\d+(?:\.\d+)?|zero|one|two|three|four|five|six|seven|eight|nine|ten)\b";

    private static readonly string[] Words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

    /// <summary>A JSON value as a number; null when it is none, or one on another scale ("8/10").</summary>
    public static double? Of(object? value, ScoreRange? range) => value switch
    {
        double number => number,
        string text when Whole().Match(text) is { Success: true } match && IsOnScale(match, range) => Parse(match),
        _ => null,
    };

    /// <summary>The number of a match's group <c>n</c>.</summary>
    public static double Parse(Match match)
    {
        var text = match.Groups["n"].Value.ToLowerInvariant().Replace('−', '-');
        var word = Array.IndexOf(Words, text);
        return word >= 0 ? word : double.Parse(text, CultureInfo.InvariantCulture);
    }

    private static bool IsOnScale(Match match, ScoreRange? range) =>
        match.Groups["of"] is { Success: false } ||
        (range is { } scale && double.Parse(match.Groups["of"].Value, CultureInfo.InvariantCulture) == scale.Max);

    /// <summary>An answer without the thoughts that some models put before it; thoughts without an end swallow the answer.</summary>
    public static string WithoutThoughts(string answer) => ThoughtsOnlyEnd().Replace(Thoughts().Replace(answer, " "), " ").Trim();

    // "4", "4/5", "4 out of 5", "4 - mostly right", "**4**"; not "0 to 5" and not "an integer".
    [GeneratedRegex(@"^[\s*_`""']*" + Number + @"\s*(?:(?:/|out\s+of)\s*(?<of>\d+))?[\s*_`""'.!]*(?:$|[-–:,(]\s*[\p{L}].*$)",
        RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Whole();

    [GeneratedRegex(@"<(think|thinking|thought|reasoning|reflection)>.*?(?:</\1>|$)", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Thoughts();

    // Some servers drop the opening tag.
    [GeneratedRegex(@"^.*</(?:think|thinking|thought|reasoning)>", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex ThoughtsOnlyEnd();
}
