namespace Praline.Media;

/// <summary>The <c>size</c> of an image processor: both sides, the shortest side, or bounds on the number of pixels.</summary>
/// <param name="Height">Rows, when both sides are given; else 0.</param>
/// <param name="Width">Columns, when both sides are given; else 0.</param>
/// <param name="ShortestEdge">The shorter side's length, when only it is given; else 0.</param>
public readonly record struct ImageSize(int Height, int Width, int ShortestEdge)
{
    /// <summary>Both sides.</summary>
    public static ImageSize Exact(int height, int width) => new(height, width, 0);

    /// <summary>The shorter side; the other follows.</summary>
    public static ImageSize Shortest(int edge) => new(0, 0, edge);

    /// <summary>Both sides as they are given, or a square of the shortest edge.</summary>
    public (int Height, int Width) AsRectangle => ShortestEdge > 0 ? (ShortestEdge, ShortestEdge) : (Height, Width);

    /// <summary>The size that an image of the given size is resized to; the longer side is rounded down, as transformers does.</summary>
    public (int Height, int Width) For(int height, int width)
    {
        if (ShortestEdge == 0)
        {
            return (Height, Width);
        }

        // int(S * long / short): the product is whole, the division one of doubles.
        return height <= width
            ? (ShortestEdge, (int)((double)((long)ShortestEdge * width) / height))
            : ((int)((double)((long)ShortestEdge * height) / width), ShortestEdge);
    }
}
