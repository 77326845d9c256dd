namespace Praline.Evaluation;

/// <summary>A cell of a <see cref="ReportTable"/>.</summary>
/// <param name="Text">What it says.</param>
/// <param name="Detail">Smaller lines under it: an interval, counts.</param>
/// <param name="Strong">Whether it stands out.</param>
public sealed record ReportCell(string Text, string Detail = "", bool Strong = false)
{
    /// <summary>A plain cell.</summary>
    public static implicit operator ReportCell(string text) => new(text);

    /// <summary>An estimate: the value, under it the interval.</summary>
    public static ReportCell Of(Estimate estimate, string format = "0.000", bool strong = false) => new(
        (estimate with { Lower = double.NaN, Upper = double.NaN }).ToString(format), estimate.IntervalText(format), strong && estimate.IsDefined);

    /// <summary>A paired difference: the signed value, under it the interval and the p-value; strong when p is below 0.05.</summary>
    public static ReportCell Of(PairedDifference difference, string format = "+0.000;−0.000;0.000")
    {
        var cell = Of(difference.Difference, format, difference.IsSignificant());
        return double.IsNaN(difference.PValue) ? cell : cell with { Detail = $"{cell.Detail}\n{PText(difference.PValue)}".Trim() };
    }

    /// <summary>A p-value as it is printed: "p = 0.012", "p &lt; 0.001".</summary>
    public static string PText(double p) => double.IsNaN(p) ? "p –"
        : p < 0.001 ? "p < 0.001" : "p = " + p.ToString("0.000", System.Globalization.CultureInfo.InvariantCulture);
}
