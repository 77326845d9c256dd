namespace Praline.Evaluation;

/// <summary>How bootstrap intervals are made.</summary>
public sealed record BootstrapOptions
{
    /// <summary>How many times the clusters are drawn again; at least 100.</summary>
    public int Resamples { get; init; } = 10_000;

    /// <summary>The intervals' coverage, in (0, 1).</summary>
    public double Confidence { get; init; } = 0.95;

    /// <summary>Seed of the draws: the same seed and data give the same interval everywhere.</summary>
    public ulong Seed { get; init; }

    /// <summary>How the interval is read off the distribution.</summary>
    public BootstrapMethod Method { get; init; } = BootstrapMethod.Percentile;

    /// <summary>Throws if a value is out of range.</summary>
    /// <exception cref="PralineException">Names the option, its range and what was given.</exception>
    public void Validate()
    {
        if (Resamples < 100)
        {
            throw new PralineException($"bootstrap resamples: expected at least 100, found {Resamples}.");
        }

        if (!(Confidence > 0 && Confidence < 1))
        {
            throw new PralineException($"bootstrap confidence: expected a number between 0 and 1, found {Confidence}.");
        }
    }
}
