namespace Praline.Evaluation;

/// <summary>Maps data values to pixels along one axis.</summary>
/// <param name="Minimum">The data value at <paramref name="Start"/>.</param>
/// <param name="Maximum">The data value at <paramref name="End"/>.</param>
/// <param name="Start">Pixel of the minimum.</param>
/// <param name="End">Pixel of the maximum; below <paramref name="Start"/> for an axis that points up.</param>
/// <param name="Log">Whether distances are those of logarithms.</param>
internal sealed record Scale(double Minimum, double Maximum, double Start, double End, bool Log)
{
    /// <summary>The pixel of a value; NaN for values that a logarithmic axis can't show.</summary>
    public double Map(double value)
    {
        var share = Log
            ? (Math.Log(value) - Math.Log(Minimum)) / (Math.Log(Maximum) - Math.Log(Minimum))
            : (value - Minimum) / (Maximum - Minimum);
        return double.IsFinite(share) ? Start + (share * (End - Start)) : double.NaN;
    }

    /// <summary>The axis' ticks, about one per <paramref name="spacing"/> pixels.</summary>
    public IReadOnlyList<Tick> Ticks(double spacing)
    {
        var wanted = Math.Max(2, (int)(Math.Abs(End - Start) / spacing));
        return Log ? Tick.Logarithmic(Minimum, Maximum, wanted) : Tick.Linear(Minimum, Maximum, wanted);
    }
}
