namespace Praline.SmallWorld;

/// <summary>
/// The geometry of the frame: nine cells and two radii, in frame widths. Cells are a quarter of the frame apart, a multiple of the patches
/// of common vision towers (64 pixels in patches of 8, 224 in 14, 28…): a shape at rest looks alike to its patches in every cell, so a
/// small tower learns it from few examples.
/// </summary>
public static class Grid
{
    /// <summary>The radius of a small shape.</summary>
    public const double SmallRadius = 0.09;

    /// <summary>The radius of a large shape.</summary>
    public const double LargeRadius = 0.15;

    /// <summary>The radius of a size.</summary>
    public static double RadiusOf(ShapeSize size) => size == ShapeSize.Large ? LargeRadius : SmallRadius;

    /// <summary>How far from its cell's centre a circling shape goes.</summary>
    public const double CirclingRadius = 0.07;

    /// <summary>The distance between neighbouring cells' centres.</summary>
    public const double Step = 0.25;

    /// <summary>The centre of a cell.</summary>
    public static (double X, double Y) Center(Place place) =>
        (Exact(0.5 + ((((int)place % 3) - 1) * Step)), Exact(0.5 + ((((int)place / 3) - 1) * Step)));

    /// <summary>A length to a millionth: sines and cosines may differ in their last digits between machines, scenes may not.</summary>
    public static double Exact(double length) => Math.Round(length, 6);

    /// <summary>The cell that holds a point.</summary>
    public static Place PlaceOf(double x, double y) => (Place)((Index(y) * 3) + Index(x));

    /// <summary>How far a point is from the nearest border between cells.</summary>
    public static double BorderDistance(double x, double y) => Math.Min(ToBorder(x), ToBorder(y));

    /// <summary>The cell that lies <paramref name="cells"/> further in the direction of a motion, or null outside the frame.</summary>
    public static Place? Neighbor(Place place, Motion motion, int cells)
    {
        var column = ((int)place % 3) + (motion == Motion.Right ? cells : motion == Motion.Left ? -cells : 0);
        var row = ((int)place / 3) + (motion == Motion.Down ? cells : motion == Motion.Up ? -cells : 0);
        return column is >= 0 and < 3 && row is >= 0 and < 3 ? (Place)((row * 3) + column) : null;
    }

    private static int Index(double v) => v < 0.5 - (Step / 2) ? 0 : v < 0.5 + (Step / 2) ? 1 : 2;

    private static double ToBorder(double v) => Math.Abs(Math.Abs(v - 0.5) - (Step / 2));
}
