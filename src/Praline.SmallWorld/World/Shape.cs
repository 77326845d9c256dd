namespace Praline.SmallWorld;

/// <summary>The kinds of shape.</summary>
public enum Shape
{
    /// <summary>A filled disc.</summary>
    Circle,

    /// <summary>A filled square with level sides.</summary>
    Square,

    /// <summary>A filled triangle that points up.</summary>
    Triangle,

    /// <summary>A plus sign.</summary>
    Cross,

    /// <summary>A disc with a hole.</summary>
    Ring,
}
