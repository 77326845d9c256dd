using Praline.Torch.Distributed;

namespace Praline.Preferences;

/// <summary>How a stage is run; nothing here changes its result.</summary>
public sealed record StageRunOptions
{
    /// <summary>Begin anew: forget what an earlier start finished, and replace the output.</summary>
    public bool Restart { get; init; }

    /// <summary>Go on although input files changed: items whose own inputs are the same are kept, the others are made.</summary>
    public bool Update { get; init; }

    /// <summary>Do again the items that were rejected or had something missing; updates too, for the stages after them.</summary>
    public bool RetryFailed { get; init; }

    /// <summary>How many items are under way at once, at least 1.</summary>
    public int MaxConcurrency { get; init; } = 1;

    /// <summary>
    /// The processes that share the items, each of which runs the stage with the same options; rank 0 writes the output, which is the
    /// same as one process's, byte for byte.
    /// </summary>
    public World World { get; init; } = World.Single;

    /// <summary>Told after each item. Called from several threads, one at a time.</summary>
    public Action<StageProgress>? Progress { get; init; }
}
