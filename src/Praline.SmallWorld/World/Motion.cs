namespace Praline.SmallWorld;

/// <summary>How a shape moves.</summary>
public enum Motion
{
    /// <summary>Not at all.</summary>
    Still,

    /// <summary>To the left.</summary>
    Left,

    /// <summary>To the right.</summary>
    Right,

    /// <summary>Upward.</summary>
    Up,

    /// <summary>Downward.</summary>
    Down,

    /// <summary>Round and round about a fixed point.</summary>
    Circling,
}
