namespace Praline.SmallWorld;

/// <summary>The nine cells of a 3 × 3 grid over the frame, row by row.</summary>
public enum Place
{
    /// <summary>Top left corner.</summary>
    TopLeft,

    /// <summary>Top, in the middle column.</summary>
    Top,

    /// <summary>Top right corner.</summary>
    TopRight,

    /// <summary>Left, in the middle row.</summary>
    Left,

    /// <summary>The middle of the frame.</summary>
    Middle,

    /// <summary>Right, in the middle row.</summary>
    Right,

    /// <summary>Bottom left corner.</summary>
    BottomLeft,

    /// <summary>Bottom, in the middle column.</summary>
    Bottom,

    /// <summary>Bottom right corner.</summary>
    BottomRight,
}
