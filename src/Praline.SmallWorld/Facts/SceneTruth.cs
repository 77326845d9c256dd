namespace Praline.SmallWorld;

/// <summary>What is true of a scene between two frames.</summary>
/// <param name="Story">The complete account, in order of time; <see cref="FactReference.Required"/> are its facts.</param>
/// <param name="Tolerated">What may also be said.</param>
/// <param name="Aliases">Other names of objects.</param>
public sealed record SceneTruth(
    Story Story, IReadOnlySet<Fact> Tolerated, IReadOnlyDictionary<Subject, Subject> Aliases)
    : FactReference(Story.Facts(), Tolerated, Aliases)
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
