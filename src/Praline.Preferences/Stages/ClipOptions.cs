using Praline.Media;

namespace Praline.Preferences;

/// <summary>How videos are cut into clips.</summary>
public sealed record ClipOptions
{
    /// <summary>Where videos are cut.</summary>
    public ClipMode Mode { get; init; } = ClipMode.Equal;

    /// <summary>
    /// <see cref="ClipMode.Equal"/>: one clip for each full stretch of this many seconds, and one more; <see cref="ClipMode.Fixed"/>: the length of a
    /// clip. The paper's is 10.
    /// </summary>
    public double SecondsPerClip { get; init; } = 10;

    /// <summary>Fewest clips of a video; not with <see cref="ClipMode.Fixed"/>. The paper's is 2.</summary>
    public int MinClips { get; init; } = 2;

    /// <summary>Most clips of a video; not with <see cref="ClipMode.Fixed"/>. The paper's is 16.</summary>
    public int MaxClips { get; init; } = 16;

    /// <summary><see cref="ClipMode.Scenes"/>: how much a frame must differ from the one before (see <see cref="SceneCuts"/>).</summary>
    public double SceneThreshold { get; init; } = SceneCuts.DefaultThreshold;

    /// <summary><see cref="ClipMode.Scenes"/>: the shortest scene in seconds.</summary>
    public double MinSceneSeconds { get; init; } = 0.6;

    /// <summary>
    /// How many clips a video of this length gives. Equal: min(MaxClips, max(MinClips, floor(duration / SecondsPerClip) + 1)); of scenes nobody knows
    /// beforehand, and this is the guess.
    /// </summary>
    /// <param name="duration">The length in seconds.</param>
    public int CountFor(double duration) => Mode == ClipMode.Fixed
        ? (int)Math.Max(1, Math.Floor((duration / SecondsPerClip) + 0.5))
        : (int)Math.Min(MaxClips, Math.Max(MinClips, Math.Floor(duration / SecondsPerClip) + 1));

    /// <summary>Refuses values that make no sense.</summary>
    /// <exception cref="PralineException">Says which value, and what it must be.</exception>
    public void Validate()
    {
        if (!(SecondsPerClip > 0) || MinClips < 1 || MaxClips < MinClips)
        {
            throw new PralineException(
                "seconds per clip must be above 0, the fewest clips at least 1, the most at least the fewest; " +
                $"found {SecondsPerClip}, {MinClips}, {MaxClips}.");
        }

        if (!(SceneThreshold is > 0 and <= 255) || !(MinSceneSeconds >= 0))
        {
            throw new PralineException($"the scene threshold must be in (0, 255], the shortest scene at least 0 seconds; found {SceneThreshold}, {MinSceneSeconds}.");
        }
    }

    internal void AddTo(StageFingerprint fingerprint)
    {
        fingerprint.Add("clips", Mode).Add("seconds per clip", Mode == ClipMode.Scenes ? null : SecondsPerClip);
        if (Mode != ClipMode.Fixed)
        {
            fingerprint.Add("fewest clips", MinClips).Add("most clips", MaxClips);
        }

        if (Mode == ClipMode.Scenes)
        {
            fingerprint.Add("scene threshold", SceneThreshold).Add("shortest scene", MinSceneSeconds);
        }
    }
}
