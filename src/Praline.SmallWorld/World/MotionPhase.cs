namespace Praline.SmallWorld;

/// <summary>
/// One uninterrupted movement of a shape, from the frame <paramref name="Start"/> to the frame <paramref name="End"/>. Lengths are
/// in frame widths, (0, 0) is the top left corner of the frame.
/// </summary>
/// <param name="Kind">Any motion but <see cref="Motion.Still"/>.</param>
/// <param name="Start">The frame in which the shape is still where it was.</param>
/// <param name="End">The frame in which it has arrived; the scene's frame count when it moves to the end.</param>
/// <param name="FromX">Where the shape is at <paramref name="Start"/>.</param>
/// <param name="FromY">Where the shape is at <paramref name="Start"/>.</param>
/// <param name="ToX">Where a straight movement ends, or the centre that a circling shape goes around.</param>
/// <param name="ToY">Where a straight movement ends, or the centre that a circling shape goes around.</param>
/// <param name="Turns">Rounds of a circling shape (negative: against the clock), 0 for a straight movement.</param>
public sealed record MotionPhase(
    Motion Kind, int Start, int End, double FromX, double FromY, double ToX, double ToY, double Turns = 0)
{
    /// <summary>Where the shape is in a frame; before the phase its start, after it its end.</summary>
    public (double X, double Y) PositionAt(int frame)
    {
        var t = Math.Clamp((frame - Start) / (double)(End - Start), 0, 1);
        if (Kind != Motion.Circling)
        {
            return (FromX + (t * (ToX - FromX)), FromY + (t * (ToY - FromY)));
        }

        var (sin, cos) = Math.SinCos(2 * Math.PI * Turns * t);
        var (dx, dy) = (FromX - ToX, FromY - ToY);
        return (Grid.Exact(ToX + (cos * dx) - (sin * dy)), Grid.Exact(ToY + (sin * dx) + (cos * dy)));
    }
}
