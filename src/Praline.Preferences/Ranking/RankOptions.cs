namespace Praline.Preferences;

/// <summary>How scores become pairs.</summary>
public sealed record RankOptions
{
    /// <summary>How the three scores become one.</summary>
    public ScoreWeights Weights { get; init; } = new();

    /// <summary>Which pairs are made.</summary>
    public PairPolicy Policy { get; init; } = PairPolicy.BestWorst;

    /// <summary>
    /// The smallest difference of totals that makes a pair; a tie never does. The paper keeps all when ranking, and those with a gap of
    /// at least 4 when training.
    /// </summary>
    public double MinGap { get; init; }

    /// <summary>k of <see cref="PairPolicy.TopBottom"/>.</summary>
    public int K { get; init; } = 2;

    /// <summary>
    /// Two captions whose words (without case, punctuation and articles) are this alike never make a pair: 1 − edits / words of the longer.
    /// </summary>
    public double NearDuplicate { get; init; } = 0.95;

    /// <summary>Refuses values that make no sense.</summary>
    /// <exception cref="PralineException">Says which value, and what it must be.</exception>
    public void Validate()
    {
        if (!(MinGap >= 0) || K < 1 || !(NearDuplicate is > 0 and <= 1))
        {
            throw new PralineException($"the smallest gap must be at least 0, k at least 1, the near-duplicate limit in (0, 1]; found {MinGap}, {K}, {NearDuplicate}.");
        }

        if (Weights.Hallucination < 0 || Weights.Harmony < 0 || Weights.Consistency < 0 ||
            Weights is { Hallucination: 0, Harmony: 0, Consistency: 0 })
        {
            throw new PralineException($"weights must be at least 0, and one above 0; found {Weights}.");
        }
    }

    internal void AddTo(StageFingerprint fingerprint) => fingerprint
        .Add("hallucination weight", Weights.Hallucination)
        .Add("harmony weight", Weights.Harmony)
        .Add("consistency weight", Weights.Consistency)
        .Add("pair policy", Policy)
        .Add("smallest gap", MinGap)
        .Add("k", Policy == PairPolicy.TopBottom ? K : null)
        .Add("near-duplicate limit", NearDuplicate);
}
