using Praline.Media;
using Praline.Models.Vision;
using Praline.Torch;

namespace Praline.Models.Multimodal;

/// <summary>Runs a vision tower over many images in batches whose attention scores fit into memory.</summary>
internal static class VisionBatches
{
    private const long ScoreBytes = 256L << 20;

    /// <summary>Normalised numbers as a tensor of their shape.</summary>
    internal static Tensor ToTensor(PixelValues pixels, Device device)
    {
        using var scope = new TensorScope();
        return Tensor.From<float>(pixels.Data, [.. pixels.Shape.Select(size => (long)size)]).To(device).MoveToOuterScope();
    }

    /// <summary>Applies <paramref name="encode"/> to batches of images [n, 3, H, W] → [n, tokens, D] and puts the results together.</summary>
    internal static Tensor Run(Tensor pixels, VisionTower tower, int heads, Func<Tensor, Tensor> encode)
    {
        using var scope = new TensorScope();
        var images = pixels.Size(0);
        var tokens = (pixels.Size(2) / tower.PatchSize * (pixels.Size(3) / tower.PatchSize)) + 1;
        var batch = Math.Max(1, ScoreBytes / (heads * tokens * tokens * sizeof(float)));
        var results = new List<Tensor>();
        for (long start = 0; start < images; start += batch)
        {
            results.Add(encode(pixels.Narrow(0, start, Math.Min(batch, images - start))));
        }

        return results.Count == 1 ? results[0].MoveToOuterScope() : Tensor.Cat([.. results]).MoveToOuterScope();
    }
}
