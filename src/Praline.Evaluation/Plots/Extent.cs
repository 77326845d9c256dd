namespace Praline.Evaluation;

/// <summary>The range that data covers along one axis.</summary>
/// <param name="Minimum">Smallest value; NaN when there is none.</param>
/// <param name="Maximum">Largest value; NaN when there is none.</param>
internal readonly record struct Extent(double Minimum, double Maximum)
{
    /// <summary>No data.</summary>
    public static Extent Empty { get; } = new(double.NaN, double.NaN);

    /// <summary>The range of the finite values, and above zero only for a logarithmic axis.</summary>
    public static Extent Of(IEnumerable<double> values, bool log = false)
    {
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        foreach (var value in values.Where(v => double.IsFinite(v) && (!log || v > 0)))
        {
            low = Math.Min(low, value);
            high = Math.Max(high, value);
        }

        return low <= high ? new(low, high) : Empty;
    }

    /// <summary>The range that covers both.</summary>
    public Extent Union(Extent other) => double.IsNaN(Minimum) ? other
        : double.IsNaN(other.Minimum) ? this
        : new(Math.Min(Minimum, other.Minimum), Math.Max(Maximum, other.Maximum));

    /// <summary>A range that an axis can show: never empty, with a little room on either side, down to zero where that is near.</summary>
    public Extent Padded(bool log, double room)
    {
        if (double.IsNaN(Minimum))
        {
            return log ? new(0.1, 10) : new(0, 1);
        }

        if (log)
        {
            var factor = Math.Pow(Math.Max(Maximum / Minimum, 1.5), Math.Max(room, 0.01));
            return new(Minimum / factor, Maximum * factor);
        }

        if (Maximum - Minimum <= 1e-9 * Math.Max(Math.Abs(Minimum), Math.Abs(Maximum)) || Maximum == Minimum)
        {
            // One value, give or take rounding: an axis needs a range around it.
            var half = Maximum == 0 ? 1 : Math.Abs(Maximum) * 0.1;
            return new(Minimum - half, Maximum + half);
        }

        var span = Maximum - Minimum;
        var low = Minimum - (span * room);
        var high = Maximum + (span * room);
        return new(Minimum >= 0 && low < 0 ? 0 : low, Maximum <= 0 && high > 0 ? 0 : high);
    }
}
