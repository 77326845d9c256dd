using Praline.Data;
namespace Praline.Preferences;

/// <summary>Chooses which candidates of a video make pairs. Pure: the same scores give the same pairs.</summary>
public static class PairSelector
{
    /// <summary>
    /// The pairs of one video as (chosen, rejected) candidate numbers, the widest gap first, or the reason why there is none. Never paired: unscored,
    /// empty or truncated candidates; equal or nearly equal texts; ties.
    /// </summary>
    /// <param name="captions">The candidates.</param>
    /// <param name="totals">Their totals; null where there is none.</param>
    /// <param name="truncated">The numbers of the candidates that ended at the token limit.</param>
    /// <param name="options">Which pairs are wanted.</param>
    public static PairSelection Select(
        IReadOnlyList<string> captions, IReadOnlyList<double?> totals, IReadOnlyCollection<int> truncated, RankOptions options)
    {
        var scored = Enumerable.Range(0, captions.Count).Where(i => totals[i] is not null).ToList();
        if (scored.Count < 2)
        {
            return PairSelection.None($"{scored.Count} of {captions.Count} candidates are scored; a pair needs two.");
        }

        var usable = scored.Where(i => !CaptionForm.IsEmpty(captions[i]) && !truncated.Contains(i)).ToList();
        if (usable.Count < 2)
        {
            return PairSelection.None(
                $"{usable.Count} of {scored.Count} scored candidates are neither empty nor cut off at the token limit; a pair needs two.");
        }

        // Stable sorts: of equal totals the first candidate is the best and the first is the worst, as in generate_caption4.py.
        var best = usable.OrderByDescending(i => totals[i]).ToList();
        var worst = usable.OrderBy(i => totals[i]).ToList();
        var (chosen, rejected) = options.Policy == PairPolicy.TopBottom
            ? (best.Take(options.K).ToList(), worst.Take(options.K).ToList())
            : (best, worst);

        var words = captions.Select(NearDuplicates.Words).ToList();
        var apart = chosen.SelectMany(c => rejected, (c, r) => (Chosen: c, Rejected: r, Gap: totals[c]!.Value - totals[r]!.Value))
            .Where(p => p.Gap > 0 && p.Gap >= options.MinGap)
            .OrderByDescending(p => p.Gap)
            .ToList();
        if (apart.Count == 0)
        {
            var widest = totals[best[0]] - totals[worst[0]];
            return PairSelection.None(widest == 0
                ? "All candidates have the same total."
                : FormattableString.Invariant($"The widest gap is {widest:0.##}; {options.MinGap:0.##} is asked for."));
        }

        var different = apart.Where(p => NearDuplicates.Similarity(words[p.Chosen], words[p.Rejected]) < options.NearDuplicate);
        IReadOnlyList<(int, int)> pairs =
            [.. different.Take(options.Policy == PairPolicy.BestWorst ? 1 : int.MaxValue).Select(p => (p.Chosen, p.Rejected))];
        return pairs.Count > 0 ? new PairSelection(pairs, null) : PairSelection.None("All candidates with different totals have nearly the same text.");
    }
}
