using System.Text.RegularExpressions;

namespace Praline.Preferences;

/// <summary>
/// Reads one score from a judge's answer. JSON first, strict, then loose; then a labelled number (<c>score: 4</c>), a fraction (<c>4/5</c>), a bare
/// number. Of several the last counts: models reason before they decide. A number that is not clearly the score is none.
/// </summary>
public static partial class ScoreAnswer
{
    /// <summary>The score in an answer, or what is wrong with it.</summary>
    /// <param name="answer">The model's answer as it came.</param>
    /// <param name="range">Which scores may be given.</param>
    public static ScoreReading Read(string answer, ScoreRange range)
    {
        var text = ScoreText.WithoutThoughts(answer);
        if (text.Length == 0)
        {
            return ScoreReading.None("It holds no answer.");
        }

        var value = FromObjects(text, range, out var named) ?? (named ? null : FromText(text, range));
        return value switch
        {
            null => ScoreReading.None($"It holds no score from {range}."),
            { } score when !range.Holds(score) => ScoreReading.None(FormattableString.Invariant($"The score {score} is not in the range {range}.")),
            { } score => new ScoreReading(score, null),
        };
    }

    /// <param name="text">The answer.</param>
    /// <param name="range">Which scores may be given.</param>
    /// <param name="named">Whether some object has a score entry, be it readable or not: then nothing else in the text may replace it.</param>
    private static double? FromObjects(string text, ScoreRange range, out bool named)
    {
        named = false;
        foreach (var found in LooseJson.Objects(text).Reverse())
        {
            var keys = found.Keys.Where(k => Key().IsMatch(k)).ToList();
            if (keys.Count == 0)
            {
                continue;
            }

            named = true;
            var key = keys.FirstOrDefault(k => k.Equals("score", StringComparison.OrdinalIgnoreCase)) ?? (keys.Count == 1 ? keys[0] : null);
            if (key is not null && ScoreText.Of(found[key], range) is { } value)
            {
                return value;
            }
        }

        return null;
    }

    private static double? FromText(string text, ScoreRange range)
    {
        if (Labelled().Matches(text) is { Count: > 0 } labelled)
        {
            return ScoreText.Parse(labelled[^1]);
        }

        var fractions = Fraction().Matches(text).Where(m => double.Parse(m.Groups["of"].Value) == range.Max).ToList();
        return fractions.Count > 0 ? ScoreText.Parse(fractions[^1]) : ScoreText.Of(StripFence(text), range);
    }

    private static string StripFence(string text) => text.Trim('`', ' ', '\n', '\r');

    [GeneratedRegex(@"^\W*(?:final|overall|total|the|my|hallucination|harmony|consistency|[\s_-])*(?:score|rating)\W*$", RegexOptions.IgnoreCase)]
    private static partial Regex Key();

    // A range ("score from 0 to 5", "score (0-5):") is not a score.
    [GeneratedRegex(
        @"\b(?:score|rating|rate it|give it)\b[""'*_`]*\s*(?:\([^)]*\))?[""'*_`]*\s*(?:(?:is|was|of|would be|should be|:|=|->|→|\s[-–]\s)\s*)*[""'*_`\s\\{\[(]*" +
        ScoreText.Number + @"(?!\s*(?:to|-|–)\s*\d|\.\d|%)",
        RegexOptions.IgnoreCase)]
    private static partial Regex Labelled();

    [GeneratedRegex(ScoreText.Number + @"[*_]*\s*(?:/|out\s+of)\s*(?<of>\d+)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Fraction();
}
