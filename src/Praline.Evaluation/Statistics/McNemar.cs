namespace Praline.Evaluation;

/// <summary>
/// McNemar's test in its exact form: of the items on which two methods disagree, is the split further from half and half than chance
/// would have it?
/// </summary>
public static class McNemar
{
    /// <summary>The two-sided exact (binomial) p-value; 1 when the methods never disagree.</summary>
    /// <param name="onlyFirst">Items that only the first method got right.</param>
    /// <param name="onlySecond">Items that only the second got right.</param>
    public static double Exact(long onlyFirst, long onlySecond)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(onlyFirst);
        ArgumentOutOfRangeException.ThrowIfNegative(onlySecond);
        var n = onlyFirst + onlySecond;
        var fewer = Math.Min(onlyFirst, onlySecond);

        // Σ_{k ≤ fewer} C(n, k)/2ⁿ in logarithms: 2ⁿ leaves the range of double from n = 1,024.
        var log = -n * Math.Log(2);
        double tail = 0;
        for (long k = 0; k <= fewer; k++)
        {
            tail += Math.Exp(log);
            log += Math.Log((double)(n - k) / (k + 1));
        }

        return Math.Min(1, 2 * tail);
    }
}
