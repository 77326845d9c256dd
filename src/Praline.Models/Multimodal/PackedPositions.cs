using Praline.Models.Language;
using Praline.Torch;

namespace Praline.Models.Multimodal;

/// <summary>Positions of a packed stream whose prompts have positions in three dimensions.</summary>
public static class PackedPositions
{
    /// <summary>
    /// What <see cref="LlamaModel.ForwardPacked"/> takes: null when every prompt counts 0, 1, 2…; else Int64 [3, T], each prompt's own
    /// positions, and in its responses on from the largest of them, alike in all three.
    /// </summary>
    /// <param name="layout">Where prompts and responses lie.</param>
    /// <param name="prompts">One for each tree, in order: Int64 [3, T], or null for plain positions.</param>
    /// <param name="device">Where the model is.</param>
    public static Tensor? For(PackedLayout layout, IReadOnlyList<Tensor?> prompts, Device device)
    {
        if (prompts.All(positions => positions is null))
        {
            return null;
        }

        using var scope = new TensorScope();
        var pieces = new List<Tensor>();
        for (var tree = 0; tree < layout.Trees.Count; tree++)
        {
            var length = layout.Trees[tree].PromptLength;
            var own = prompts[tree] ?? Tensor.Arange(0, length, device: device).Unsqueeze(0).Expand(3, length);
            var next = length == 0 ? 0 : own.Max().Item<long>() + 1;
            pieces.Add(own);
            pieces.AddRange(layout.Trees[tree].ResponseLengths.Select(
                response => Tensor.Arange(next, next + response, device: device).Unsqueeze(0).Expand(3, response)));
        }

        return Tensor.Cat([.. pieces], 1).MoveToOuterScope();
    }
}
