using Praline.Data;
using Praline.Training.Packing;

namespace Praline.Training.Data;

/// <summary>An example ready to be trained on.</summary>
/// <param name="Id">Its name in messages.</param>
/// <param name="Packed">Prompt and responses as tokens.</param>
/// <param name="Media">What the prompt's image marks stand for, in their order; empty for text only.</param>
public sealed record TrainingExample(string Id, PackedExample Packed, params IReadOnlyList<MediaSet> Media)
{
    /// <summary>Names its own random stream, for dropout; the example's name where nobody says.</summary>
    public string Stream { get; init; } = Id;
}
