using Praline.Models.Multimodal;
using Praline.Torch;

namespace Praline.Training.Data;

/// <summary>What the vision part keeps for its backward pass, counted from shapes.</summary>
internal static class VisionActivations
{
    /// <summary>Bytes for some images.</summary>
    /// <param name="model">The model.</param>
    /// <param name="sizes">The images' sizes.</param>
    /// <param name="kind">Whether they are frames of one video.</param>
    /// <param name="tower">Whether the tower trains, wholly or by an adapter, or the projector alone.</param>
    internal static long Of(VisionLanguageModel model, IReadOnlyList<(int Height, int Width)> sizes, MediaKind kind, bool tower)
    {
        var work = model.WorkFor(sizes, kind);
        long size = model.Language.DType.Size(), d = work.Hidden;

        // The projector's input, both sides of its activation, its output.
        var bytes = size * work.Features * (work.FeatureWidth + (3L * model.Language.Config.HiddenSize));
        if (!tower)
        {
            return bytes;
        }

        // Inputs and outputs of both norms, q, k, v, the heads' outputs, the feed-forward layer, the scores.
        long Layer(int i) => (work.Tokens[i] * ((8 * d) + work.FeedForward)) + (work.Heads * work.Pairs[i]);
        long[] layers = [.. Enumerable.Range(0, work.Tokens.Count).Select(Layer)];
        if (model.TowerCheckpointing)
        {
            layers = [.. layers.Take(1), .. work.Tokens.Select(tokens => tokens * d)]; // a layer that is computed again, and what it begins with
        }

        var gradients = work.Tokens.Count == 0 ? 0 : (work.Tokens[0] * ((4 * d) + work.FeedForward)) + (2 * work.Heads * work.Pairs[0]); // of the layer at hand
        return bytes + (size * (layers.Sum() + gradients));
    }
}
