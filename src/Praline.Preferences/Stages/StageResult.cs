using Praline.Json;
namespace Praline.Preferences;

/// <summary>What became of one item: its lines of the output, or why it has none.</summary>
public sealed record StageResult
{
    /// <summary>The item's lines of the output file, in order.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];

    /// <summary>Why the item gives nothing; null when it was used.</summary>
    public string? Rejected { get; init; }

    /// <summary>
    /// What is missing although the item was used or rejected, and could be had another time (an endpoint that did not answer); null when nothing
    /// is. <c>--retry-failed</c> does such items again.
    /// </summary>
    public string? Missing { get; init; }

    /// <summary>A result of these rows.</summary>
    public static StageResult Of<T>(params IEnumerable<T> rows)
        where T : IJsonRow<T> => new() { Lines = [.. rows.Select(JsonText.Line)] };

    /// <summary>An item that gives nothing.</summary>
    public static StageResult Reject(string reason) => new() { Rejected = reason };
}
