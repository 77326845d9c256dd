namespace Praline.SmallWorld;

/// <summary>
/// All colours. Objects have the first seven and backgrounds the last four; one type holds both so that an impossible statement
/// ("a black circle", "a red background") can be represented.
/// </summary>
public enum WorldColor
{
    /// <summary>Red (objects).</summary>
    Red,

    /// <summary>Orange (objects).</summary>
    Orange,

    /// <summary>Yellow (objects).</summary>
    Yellow,

    /// <summary>Green (objects).</summary>
    Green,

    /// <summary>Blue (objects).</summary>
    Blue,

    /// <summary>Purple (objects).</summary>
    Purple,

    /// <summary>Pink (objects).</summary>
    Pink,

    /// <summary>Black (backgrounds).</summary>
    Black,

    /// <summary>Navy (backgrounds).</summary>
    Navy,

    /// <summary>Gray (backgrounds).</summary>
    Gray,

    /// <summary>Brown (backgrounds).</summary>
    Brown,
}
