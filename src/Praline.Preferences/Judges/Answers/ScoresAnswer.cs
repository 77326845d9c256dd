using System.Globalization;
using System.Text.RegularExpressions;

namespace Praline.Preferences;

/// <summary>
/// Reads one score for each of several captions from a judge's answer: <c>'the score of caption 2': 3</c> and the forms that models make of it. A
/// caption that is not named has no score; the others keep theirs.
/// </summary>
public static partial class ScoresAnswer
{
    /// <summary>One reading for each caption, in order.</summary>
    /// <param name="answer">The model's answer as it came.</param>
    /// <param name="count">How many captions were shown.</param>
    /// <param name="range">Which scores may be given.</param>
    public static IReadOnlyList<ScoreReading> Read(string answer, int count, ScoreRange range)
    {
        var text = ScoreText.WithoutThoughts(answer);
        var scores = FromObjects(text, count, range) ?? FromList(LooseJson.LastList(text), count, range) ?? FromText(text, count);
        return [.. Enumerable.Range(1, count).Select(i =>
            !scores.TryGetValue(i, out var score) ? ScoreReading.None($"The score of caption {i} is missing.")
            : !range.Holds(score) ? ScoreReading.None(FormattableString.Invariant($"The score {score} of caption {i} is not in the range {range}."))
            : new ScoreReading(score, null))];
    }

    private static Dictionary<int, double>? FromObjects(string text, int count, ScoreRange range) =>
        LooseJson.Objects(text).Reverse().Select(o => FromObject(o, count, range)).FirstOrDefault(s => s is { Count: > 0 });

    private static Dictionary<int, double>? FromObject(Dictionary<string, object?> found, int count, ScoreRange range)
    {
        var scores = new Dictionary<int, double>();
        foreach (var (key, value) in found)
        {
            if (Numbered().Match(key) is { Success: true } match)
            {
                var score = ScoreText.Of(value, range) ?? (value is Dictionary<string, object?> inner ? ScoreText.Of(inner.GetValueOrDefault("score"), range) : null);
                if (score is { } number)
                {
                    scores[int.Parse(match.Groups["i"].Value, CultureInfo.InvariantCulture)] = number;
                }
            }
        }

        if (scores.Count > 0)
        {
            return scores;
        }

        return found.Where(e => e.Key.Contains("score", StringComparison.OrdinalIgnoreCase))
            .Select(e => e.Value switch
            {
                Dictionary<string, object?> inner => FromObject(inner, count, range),
                List<object?> list => FromList(list, count, range),
                _ => null,
            })
            .FirstOrDefault(s => s is not null);
    }

    // A plain list must be complete: which entry would be missing is not to be known.
    private static Dictionary<int, double>? FromList(List<object?>? list, int count, ScoreRange range)
    {
        if (list?.OfType<Dictionary<string, object?>>().ToList() is { Count: > 0 } entries)
        {
            return entries.SelectMany(e => e.Keys.Where(k => k.Contains("score", StringComparison.OrdinalIgnoreCase)).Take(1)
                    .Select(k => (Caption: ScoreText.Of(e.GetValueOrDefault("caption") ?? e.GetValueOrDefault("id"), null), Score: ScoreText.Of(e[k], range))))
                .Where(e => e is { Caption: not null, Score: not null })
                .GroupBy(e => (int)e.Caption!.Value)
                .ToDictionary(g => g.Key, g => g.Last().Score!.Value);
        }

        return list is not null && list.Count == count && list.All(v => ScoreText.Of(v, range) is not null)
            ? list.Index().ToDictionary(v => v.Index + 1, v => ScoreText.Of(v.Item, range)!.Value)
            : null;
    }

    private static Dictionary<int, double> FromText(string text, int count)
    {
        var labelled = Collect(Labelled().Matches(text));
        if (labelled.Count > 0)
        {
            return labelled;
        }

        var lines = Collect(Line().Matches(text));
        return lines.Count == count ? lines : [];
    }

    private static Dictionary<int, double> Collect(MatchCollection matches)
    {
        var scores = new Dictionary<int, double>();
        foreach (Match match in matches)
        {
            scores[int.Parse(match.Groups["i"].Value, CultureInfo.InvariantCulture)] = ScoreText.Parse(match);
        }

        return scores;
    }

    [GeneratedRegex(@"^(?:\D*caption[\W_]*|\D*score[\W_]*|\W*)(?<i>\d{1,3})\b\D*$", RegexOptions.IgnoreCase)]
    private static partial Regex Numbered();

    [GeneratedRegex(
        @"\bcaption\s*[#_]?\s*(?<i>\d{1,3})\b[""'*_`)]*(?:\s*(?:'s)?\s*score)?[""'*_`]*\s*(?::|=|is|gets|→|->|\s[-–]\s)+\s*[""'*_`]*(?:score\s*(?:of|:)?\s*)?" +
        ScoreText.Number + @"(?!\s*(?:to|-|–)\s*\d)",
        RegexOptions.IgnoreCase)]
    private static partial Regex Labelled();

    [GeneratedRegex(@"^\s*[-*]?\s*(?<i>\d{1,3})\s*[.):=]\s*[*_`""']*" + ScoreText.Number + @"[*_`""'.,]*\s*$", RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex Line();
}
