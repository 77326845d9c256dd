using System.Globalization;

namespace Praline.Evaluation;

/// <summary>
/// A measured value with its confidence interval. A value that can't be had (0/0) is NaN, never 0; bounds are NaN when there is too
/// little data for an interval (one cluster, no trial).
/// </summary>
/// <param name="Value">The point estimate from all the data.</param>
/// <param name="Lower">The interval's lower bound.</param>
/// <param name="Upper">The interval's upper bound.</param>
public readonly record struct Estimate(double Value, double Lower, double Upper)
{
    /// <summary>An estimate that can't be had.</summary>
    public static Estimate Undefined { get; } = new(double.NaN, double.NaN, double.NaN);

    /// <summary>Whether there is a value.</summary>
    public bool IsDefined => !double.IsNaN(Value);

    /// <summary>Whether there are both bounds.</summary>
    public bool HasInterval => !double.IsNaN(Lower) && !double.IsNaN(Upper);

    /// <summary>Whether both intervals exist and share a point.</summary>
    public bool Overlaps(Estimate other) =>
        HasInterval && other.HasInterval && Lower <= other.Upper && other.Lower <= Upper;

    /// <summary>The value and its interval, for example <c>0.812 [0.790, 0.833]</c>; "–" when there is none.</summary>
    /// <param name="format">A numeric format, applied to all three.</param>
    public string ToString(string format)
    {
        if (!IsDefined)
        {
            return "–";
        }

        var value = Value.ToString(format, CultureInfo.InvariantCulture);
        return HasInterval ? $"{value} {IntervalText(format)}" : value;
    }

    /// <summary>The interval alone, for example <c>[0.790, 0.833]</c>; empty when there is none.</summary>
    public string IntervalText(string format) => HasInterval
        ? $"[{Lower.ToString(format, CultureInfo.InvariantCulture)}, {Upper.ToString(format, CultureInfo.InvariantCulture)}]"
        : "";

    /// <inheritdoc/>
    public override string ToString() => ToString("0.000");
}
