using Praline.Torch;

namespace Praline.Models.Multimodal;

/// <summary>
/// What the language model sees of one or several images or of a video's frames: the features after the projector, and which of them
/// belong together. Belongs to the scope it was made in, as its tensor does.
/// </summary>
/// <param name="Tokens">[sum of <paramref name="Counts"/>, D], image after image</param>
/// <param name="Counts">How many tokens stand at each image mark of a prompt.</param>
/// <param name="Grids">Qwen2-VL: the extent of each image or video in tokens; empty for models with plain positions.</param>
/// <param name="Kind">Whether they are images or a video's frames.</param>
public sealed record VisionFeatures(
    Tensor Tokens, IReadOnlyList<int> Counts, IReadOnlyList<VisionGrid> Grids, MediaKind Kind = MediaKind.Images) : IDisposable
{
    /// <summary>Features of a model with plain positions.</summary>
    public VisionFeatures(Tensor tokens, IReadOnlyList<int> counts, MediaKind kind = MediaKind.Images)
        : this(tokens, counts, [], kind)
    {
    }

    /// <summary>The tokens of one image: [Counts[image], D], a view.</summary>
    public Tensor Image(int image) => Tokens.Narrow(0, Counts.Take(image).Sum(), Counts[image]);

    /// <summary>Features of several calls one behind the other, as a prompt with all their images wants them.</summary>
    public static VisionFeatures Concat(params IReadOnlyList<VisionFeatures> parts) => new(
        Tensor.Cat([.. parts.Select(p => p.Tokens)]), [.. parts.SelectMany(p => p.Counts)], [.. parts.SelectMany(p => p.Grids)], parts[0].Kind);

    /// <summary>Hands the tensor to the scope outside the current one (or to none).</summary>
    public VisionFeatures MoveToOuterScope()
    {
        Tokens.MoveToOuterScope();
        return this;
    }

    /// <summary>Takes the tensor out of every scope: whoever holds the features disposes them.</summary>
    public VisionFeatures DetachFromScope()
    {
        Tokens.DetachFromScope();
        return this;
    }

    /// <inheritdoc/>
    public void Dispose() => Tokens.Dispose();
}
