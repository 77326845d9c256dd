namespace Praline.SmallWorld;

/// <summary>What can happen to a shape at one moment.</summary>
public enum EventKind
{
    /// <summary>It wasn't there and now it is.</summary>
    Appears,

    /// <summary>It was there and now it is gone.</summary>
    Leaves,

    /// <summary>It takes another colour.</summary>
    ChangesColor,

    /// <summary>It was still and now it moves.</summary>
    Starts,

    /// <summary>It moved and now it is still.</summary>
    Stops,
}
