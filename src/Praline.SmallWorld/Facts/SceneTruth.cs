namespace Praline.SmallWorld;

/// <summary>What is true of a scene between two frames.</summary>
/// <param name="Story">The complete account, in order of time.</param>
/// <param name="Required">What a complete description says: the story's facts.</param>
/// <param name="Tolerated">
/// What may also be said: the same object's later places, a motion or event too slight or too near the range's ends to ask for.
/// Counted neither for nor against a caption.
/// </param>
/// <param name="Aliases">Other names of objects: those that change colour, by their later colour.</param>
/// <param name="Orders">All pairs of events that happen in this order.</param>
public sealed record SceneTruth(
    Story Story,
    IReadOnlySet<Fact> Required,
    IReadOnlySet<Fact> Tolerated,
    IReadOnlyDictionary<Subject, Subject> Aliases,
    IReadOnlySet<Fact> Orders)
{
    /// <summary>What is true of a scene between two frames, both included.</summary>
    /// <exception cref="ArgumentOutOfRangeException">When the scene has no such frames.</exception>
    public static SceneTruth Of(Scene scene, int start, int end)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfLessThan(end, start);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(end, scene.FrameCount);
        return new SceneWatcher(scene, start, end).Watch();
    }
}
