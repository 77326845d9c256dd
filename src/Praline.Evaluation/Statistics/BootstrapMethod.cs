namespace Praline.Evaluation;

/// <summary>How an interval is read off the bootstrap distribution.</summary>
public enum BootstrapMethod
{
    /// <summary>Its quantiles.</summary>
    Percentile,

    /// <summary>
    /// Its quantiles, corrected for bias and acceleration (BCa: Efron 1987). Better for skewed statistics of few clusters.
    /// </summary>
    Bca,
}
