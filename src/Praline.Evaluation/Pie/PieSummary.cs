namespace Praline.Evaluation;

/// <summary>One run's results on a PIE file.</summary>
public sealed record PieSummary
{
    /// <summary>The run.</summary>
    public required string Run { get; init; }

    /// <summary>How many questions were answered and put to the judge.</summary>
    public required int Answers { get; init; }

    /// <summary>Rates per question type, in the paper's order; types that the PIE file doesn't have are absent.</summary>
    public required IReadOnlyList<PieRate> Types { get; init; }

    /// <summary>Rates per tier, questions of its types pooled.</summary>
    public required IReadOnlyList<PieRate> Tiers { get; init; }

    /// <summary>Rates over all questions.</summary>
    public required PieRate All { get; init; }

    /// <summary>The Aggregate Align Rate in its variants.</summary>
    public required AlignRates AlignRates { get; init; }

    /// <summary>Summarises a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="questions">The PIE file.</param>
    /// <param name="options">How the align rates' intervals are made.</param>
    /// <exception cref="PralineException">A judgement belongs to no question of the file, or to another one.</exception>
    public static PieSummary Of(PieRun run, IReadOnlyList<PieQuestion> questions, BootstrapOptions? options = null)
    {
        var verdicts = Verdicts(run, questions).ToDictionary(v => v.Key, v => (questions[v.Key].Type, v.Value));
        PieRate Rate(string name, Func<PieType, bool> belongs) => PieRate.Of(
            name, verdicts.Values.Where(v => belongs(v.Type)), PieType.All.Any(t => belongs(t) && t.AllowsAmbiguous));
        var present = PieType.All.Where(t => questions.Any(q => q.Type == t)).ToArray();
        return new()
        {
            Run = run.Label,
            Answers = verdicts.Count,
            Types = [.. present.Select(t => Rate(t.Name, other => other == t))],
            Tiers = [.. present.Select(t => t.Tier).Distinct().Select(tier => Rate(tier.ToString(), t => t.Tier == tier))],
            All = Rate("All", _ => true),
            AlignRates = AlignRates.Of(
                verdicts.Where(v => v.Value.Value is PieVerdict.Scored).Select(v => (questions[v.Key], v.Value.Value.FlagOrNull!.Value)),
                options ?? new()),
        };
    }

    /// <summary>A run's verdicts by the questions' places.</summary>
    internal static SortedDictionary<int, PieVerdict> Verdicts(PieRun run, IReadOnlyList<PieQuestion> questions)
    {
        var verdicts = new SortedDictionary<int, PieVerdict>();
        foreach (var judgement in run.Judgements)
        {
            var index = judgement.Answer.Idx ?? -1;
            if (index < 0 || index >= questions.Count || questions[index].Question != judgement.Answer.Question)
            {
                throw new PralineException(
                    $"Run {run.Label}: the PIE file has no question \"{judgement.Answer.Question}\" at {index}. "
                    + "All runs must have answered this PIE file.");
            }

            if (!verdicts.TryAdd(index, judgement.Verdict))
            {
                throw new PralineException($"Run {run.Label}: question {index} (\"{judgement.Answer.Question}\") was judged twice.");
            }
        }

        return verdicts;
    }
}
