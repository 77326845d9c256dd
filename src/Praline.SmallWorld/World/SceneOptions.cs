namespace Praline.SmallWorld;

/// <summary>What kind of scenes are made. The defaults are those of the shipped base checkpoint and the demo.</summary>
public sealed record SceneOptions
{
    /// <summary>Width and height of a frame in pixels.</summary>
    public int Size { get; init; } = 96;

    /// <summary>Frames per second.</summary>
    public int Fps { get; init; } = 4;

    /// <summary>The shortest video, in seconds.</summary>
    public double MinSeconds { get; init; } = 10;

    /// <summary>The longest video, in seconds.</summary>
    public double MaxSeconds { get; init; } = 30;

    /// <summary>How often a scene has one, two, … objects (relative weights, at most four).</summary>
    public IReadOnlyList<double> ObjectCountWeights { get; init; } = [0.25, 0.45, 0.3];

    /// <summary>The fewest events of a scene.</summary>
    public int MinEvents { get; init; } = 1;

    /// <summary>The most events of a scene (fewer where a short video has fewer moments for them).</summary>
    public int MaxEvents { get; init; } = 4;

    /// <summary>The share of objects (but for the first of a scene) that appear later.</summary>
    public double LateShare { get; init; } = 0.35;

    /// <summary>The share of objects that move when they are first seen.</summary>
    public double MovingShare { get; init; } = 0.4;

    /// <summary>The share of objects whose motion, when they move, is circling.</summary>
    public double CirclingShare { get; init; } = 0.3;

    /// <summary>The values that can't work, each with what to do.</summary>
    /// <exception cref="ArgumentException">When a value is out of range.</exception>
    public void Validate()
    {
        Check(Size is >= 16 and <= 4096, $"Size must be 16 to 4096 pixels, found {Size}.");
        Check(Size % 2 == 0, $"Size must be even (mp4 needs it), found {Size}.");
        Check(Fps is >= 2 and <= 60, $"Fps must be 2 to 60, found {Fps}.");
        Check(MinSeconds >= 4, $"MinSeconds must be at least 4 (two moments per clip must be seen), found {MinSeconds}.");
        Check(MaxSeconds >= MinSeconds, $"MaxSeconds ({MaxSeconds}) must not be below MinSeconds ({MinSeconds}).");
        Check(ObjectCountWeights.Count is >= 1 and <= 4, $"ObjectCountWeights must hold 1 to 4 weights, found {ObjectCountWeights.Count}.");
        Check(ObjectCountWeights.All(w => w >= 0) && ObjectCountWeights.Sum() > 0, "ObjectCountWeights must be positive.");
        Check(MinEvents >= 0 && MaxEvents >= MinEvents, $"MinEvents ({MinEvents}) to MaxEvents ({MaxEvents}) is no range.");
    }

    private static void Check(bool holds, string message)
    {
        if (!holds)
        {
            throw new ArgumentException($"SceneOptions: {message}");
        }
    }
}
