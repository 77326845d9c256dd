using Praline.Preferences;
using Praline.Studio.Pairs;

namespace Praline.Studio.People;

/// <summary>One person's work.</summary>
/// <param name="Annotator">The name.</param>
/// <param name="Judgements">How many, skipped pairs included.</param>
/// <param name="Skipped">Of these skipped.</param>
/// <param name="MedianSeconds">Half of the decisions took less.</param>
/// <param name="LeftShare">Of decisions for one side, the share for the left; null without any. Far from 0.5 over many pairs, it is a habit and no judgement.</param>
/// <param name="AgreesWithJudge">Of decisions for one side, the share that the data set's order agrees with; null without any.</param>
public sealed record AnnotatorLine(string Annotator, int Judgements, int Skipped, double MedianSeconds, double? LeftShare, double? AgreesWithJudge);

/// <summary>How far two raters agree on the pairs that both judged.</summary>
/// <param name="First">A person.</param>
/// <param name="Second">Another person, or the judge.</param>
/// <param name="Pairs">Pairs that both judged.</param>
/// <param name="Agreement">The share on which they agree.</param>
/// <param name="Kappa">Cohen's κ; null where it is not defined (no pairs, or both always say the same).</param>
public sealed record KappaLine(string First, string Second, int Pairs, double Agreement, double? Kappa);

/// <summary>What people's judgements say together.</summary>
public sealed record PeopleSummary
{
    /// <summary>The name under which the data set's own order (its judge) stands among the raters.</summary>
    public const string Judge = "judge of the data set";

    /// <summary>The people, by name.</summary>
    public required IReadOnlyList<AnnotatorLine> Annotators { get; init; }

    /// <summary>Every two raters with pairs in common.</summary>
    public required IReadOnlyList<KappaLine> Kappas { get; init; }

    /// <summary>Krippendorff's α (nominal) between people; null where it can't be told.</summary>
    public double? Alpha { get; init; }

    /// <summary>Pairs with a decision.</summary>
    public int Pairs { get; init; }

    /// <summary>
    /// Sums a store up. Raters are compared by the answer that they prefer, answers put into an order that depends on their texts alone: the judge's choice is
    /// always "chosen", which leaves κ undefined; in this order both its choices occur.
    /// </summary>
    public static PeopleSummary Of(IReadOnlyList<(string Key, HumanJudgement Judgement)> all)
    {
        // Of several judgements of a person on a pair the last one counts; skipped pairs are no judgement.
        var latest = all.GroupBy(j => (j.Key, j.Judgement.Annotator)).Select(g => (g.Key.Key, g.Last().Judgement)).ToList();
        var ratings = latest.Where(j => j.Judgement.Verdict != Verdict.Skip)
            .Select(j => (j.Key, Rater: j.Judgement.Annotator, Value: Ordered(j.Key, j.Judgement.Winner))).ToList();
        var byPair = ratings.GroupBy(r => r.Key).ToDictionary(g => g.Key, g => g.ToDictionary(r => r.Rater, r => r.Value));
        string[] people = [.. latest.Select(j => j.Judgement.Annotator).Distinct().Order(StringComparer.Ordinal)];
        var kappas = new List<KappaLine>();
        for (var i = 0; i < people.Length; i++)
        {
            for (var j = i + 1; j < people.Length; j++)
            {
                Add(people[i], people[j], [.. byPair.Values.Where(p => p.ContainsKey(people[i]) && p.ContainsKey(people[j])).Select(p => (p[people[i]], p[people[j]]))]);
            }

            Add(people[i], Judge, [.. byPair.Where(p => p.Value.ContainsKey(people[i])).Select(p => (p.Value[people[i]], Ordered(p.Key, "chosen")))]);
        }

        void Add(string first, string second, (int, int)[] pairs)
        {
            if (pairs.Length > 0)
            {
                kappas.Add(new KappaLine(first, second, pairs.Length, pairs.Count(p => p.Item1 == p.Item2) / (double)pairs.Length, Kappa(pairs)));
            }
        }

        return new PeopleSummary
        {
            Annotators = [.. people.Select(name => Line(name, [.. latest.Where(j => j.Judgement.Annotator == name).Select(j => j.Judgement)]))],
            Kappas = kappas,
            Alpha = Agreement.NominalAlpha(byPair.Values.Select(p => people.Select(name => p.TryGetValue(name, out var value) ? (double?)value : null).ToArray())),
            Pairs = byPair.Count,
        };
    }

    /// <summary>
    /// Cohen's κ (1960): (p_o − p_e) / (1 − p_e), with p_o the observed agreement and p_e what the raters' own frequencies give by chance. Null where p_e = 1.
    /// </summary>
    public static double? Kappa(IReadOnlyList<(int First, int Second)> pairs)
    {
        if (pairs.Count == 0)
        {
            return null;
        }

        double n = pairs.Count;
        var observed = pairs.Count(p => p.First == p.Second) / n;
        var chance = pairs.SelectMany(p => new[] { p.First, p.Second }).Distinct()
            .Sum(value => pairs.Count(p => p.First == value) / n * (pairs.Count(p => p.Second == value) / n));
        return chance == 1 ? null : (observed - chance) / (1 - chance);
    }

    private static AnnotatorLine Line(string name, HumanJudgement[] own)
    {
        double[] seconds = [.. own.Where(j => j.Verdict != Verdict.Skip).Select(j => j.Seconds).Order()];
        HumanJudgement[] sided = [.. own.Where(j => j.Verdict is Verdict.Left or Verdict.Right)];
        return new AnnotatorLine(
            name, own.Length, own.Count(j => j.Verdict == Verdict.Skip), seconds.Length == 0 ? 0 : (seconds[(seconds.Length - 1) / 2] + seconds[seconds.Length / 2]) / 2,
            sided.Length == 0 ? null : sided.Count(j => j.Verdict == Verdict.Left) / (double)sided.Length,
            sided.Length == 0 ? null : sided.Count(j => j.Winner == "chosen") / (double)sided.Length);
    }

    /// <summary>0 or 1 for the first or second answer in an order that the pair's name decides, 2 for a tie, 3 for both bad.</summary>
    private static int Ordered(string key, string winner) => winner switch
    {
        "tie" => 2,
        "both_bad" => 3,
        _ => (winner == "chosen") == ((key[^1] & 1) == 0) ? 0 : 1,
    };
}
