using Praline.Torch;

namespace Praline.Models.Generation;

/// <summary>One way in which a request's prompt goes on. What comes before is computed once for all endings and kept once.</summary>
public sealed record PromptEnding
{
    /// <summary>The ending as embeddings [T, D]; null when <see cref="TokenIds"/> say it all.</summary>
    public Tensor? Embeddings { get; init; }

    /// <summary>The ending's tokens; beside embeddings they only serve the repetition penalty.</summary>
    public IReadOnlyList<int>? TokenIds { get; init; }

    /// <summary>Positions of the ending, Int64 [T] or [3, T] as the prompt's; null to go on after the prompt's largest.</summary>
    public Tensor? PositionIds { get; init; }

    /// <summary>How tokens are chosen and when a text ends; null as the request says.</summary>
    public GenerationOptions? Options { get; init; }

    /// <summary>The seed of each sequence that goes on from here.</summary>
    public IReadOnlyList<ulong> Seeds { get; init; } = [0];
}
