namespace Praline.SmallWorld;

/// <summary>The two sizes; the radius of a large shape is almost twice that of a small one.</summary>
public enum ShapeSize
{
    /// <summary>Small.</summary>
    Small,

    /// <summary>Large.</summary>
    Large,
}
