using Praline.Torch;

namespace Praline.Models.Multimodal;

/// <summary>Puts visual tokens among text embeddings, where a prompt has its image marks.</summary>
public static class PromptAssembly
{
    /// <summary>One prompt: [T, D] with T = <see cref="PromptTokens.LengthWith"/> of the features' counts.</summary>
    /// <param name="prompt">Ids with image marks.</param>
    /// <param name="embed">Text embeddings: Int64 [n] → [n, D].</param>
    /// <param name="device">Where <paramref name="embed"/> wants ids.</param>
    /// <param name="features">As many images as the prompt has marks; null when it has none.</param>
    /// <exception cref="PralineException">The prompt has another number of marks than there are images.</exception>
    public static Tensor Embed(PromptTokens prompt, Func<Tensor, Tensor> embed, Device device, VisionFeatures? features)
    {
        var images = features?.Counts.Count ?? 0;
        if (prompt.ImageCount != images)
        {
            throw new PralineException(
                $"Image marks in the prompt: {prompt.ImageCount}, images given: {images}. Write <image> once for each image.");
        }

        using var scope = new TensorScope();
        var text = prompt.Ids.Where(id => id != PromptTokens.ImageToken).Select(id => (long)id).ToArray();
        var embedded = text.Length == 0 ? null : embed(Tensor.From<long>(text).To(device)); // [n, D]
        var pieces = new List<Tensor>();
        var (from, at, image) = (0, 0, 0);
        void Text()
        {
            if (at > from)
            {
                pieces.Add(embedded!.Narrow(0, from, at - from));
            }

            from = at;
        }

        foreach (var id in prompt.Ids)
        {
            if (id != PromptTokens.ImageToken)
            {
                at++;
                continue;
            }

            Text();
            var tokens = features!.Image(image++);
            pieces.Add(embedded is null || tokens.DType == embedded.DType ? tokens : tokens.To(embedded.DType));
        }

        Text();
        return pieces.Count == 1 ? pieces[0].MoveToOuterScope() : Tensor.Cat([.. pieces]).MoveToOuterScope();
    }
}
