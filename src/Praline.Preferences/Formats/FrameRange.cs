namespace Praline.Preferences;

/// <summary>
/// A stretch of a video by frame index, as the paper's files write it: <c>[first, last]</c>. Frames are chosen with
/// <c>linspace(first, last, n)</c>, so both ends can be chosen.
/// </summary>
public readonly record struct FrameRange(int First, int Last)
{
    /// <inheritdoc/>
    public override string ToString() => $"[{First}, {Last}]";
}
