namespace Praline.SmallWorld;

/// <summary>What a scene is used for. Each split has 2³² seeds of its own, so none is ever in two.</summary>
public enum SmallWorldSplit
{
    /// <summary>Training of the base.</summary>
    Train,

    /// <summary>Videos from which preference pairs are built.</summary>
    Preference,

    /// <summary>Videos that only evaluation sees.</summary>
    HeldOut,
}
