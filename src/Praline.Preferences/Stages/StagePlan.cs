namespace Praline.Preferences;

/// <summary>What a stage is to make: its items in order, the file they end up in, and all that its result depends on.</summary>
public sealed record StagePlan
{
    /// <summary>The stage's name, as in <c>rejected.jsonl</c> and in messages.</summary>
    public required string Stage { get; init; }

    /// <summary>The JSONL file to write.</summary>
    public required string OutputPath { get; init; }

    /// <summary>The items, in the order of the output.</summary>
    public required IReadOnlyList<StageItem> Items { get; init; }

    /// <summary>
    /// The settings that decide the result: options, prompts, the model's fingerprint. A start with other settings does not go on where an earlier one
    /// stopped, and names what differs. Speed settings don't belong here.
    /// </summary>
    public required StageFingerprint Settings { get; init; }

    /// <summary>
    /// Hashes of the input files. A start with other files does not go on either, unless it is told to update: then items whose own
    /// inputs are the same are kept.
    /// </summary>
    public required StageFingerprint Inputs { get; init; }
}
