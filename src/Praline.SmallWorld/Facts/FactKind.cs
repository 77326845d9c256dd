namespace Praline.SmallWorld;

/// <summary>The kinds of statement that captions make.</summary>
public enum FactKind
{
    /// <summary>The background has a colour.</summary>
    Background,

    /// <summary>There is such an object.</summary>
    Exists,

    /// <summary>An object is small or large.</summary>
    Size,

    /// <summary>Where an object is when first seen.</summary>
    Place,

    /// <summary>How an object moves.</summary>
    Motion,

    /// <summary>An object appears.</summary>
    Appears,

    /// <summary>An object leaves.</summary>
    Leaves,

    /// <summary>An object takes another colour.</summary>
    ChangesColor,

    /// <summary>An object starts to move.</summary>
    Starts,

    /// <summary>An object stops.</summary>
    Stops,

    /// <summary>One event is before another.</summary>
    Order,
}
