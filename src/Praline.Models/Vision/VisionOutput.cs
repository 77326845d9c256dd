using Praline.Torch;

namespace Praline.Models.Vision;

/// <summary>What a vision tower computes.</summary>
/// <param name="HiddenStates">
/// The state before the first layer, then after each layer that ran: [images, tokens, hidden]; with token merging, each has fewer
/// tokens than the one before.
/// </param>
/// <param name="PoolerOutput">One vector per image, [images, hidden]; null when not all layers ran.</param>
public sealed record VisionOutput(IReadOnlyList<Tensor> HiddenStates, Tensor? PoolerOutput)
{
    /// <summary>The state after the last layer that ran.</summary>
    public Tensor LastHiddenState => HiddenStates[^1];
}
