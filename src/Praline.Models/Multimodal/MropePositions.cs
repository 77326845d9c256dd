using Praline.Torch;

namespace Praline.Models.Multimodal;

/// <summary>
/// Qwen2-VL's positions in three dimensions (Wang et al. 2024, M-RoPE): text counts up in all three alike; an image's tokens share one
/// position in time and count rows and columns; what follows goes on after the largest position so far.
/// </summary>
public static class MropePositions
{
    /// <summary>Time, height and width position of each token of a prompt.</summary>
    /// <param name="prompt">Ids with image marks.</param>
    /// <param name="grids">The extent of the image or video at each mark, in features.</param>
    /// <param name="tokensPerSecond">
    /// Qwen2.5-VL: positions in time per second of a video; null (Qwen2-VL) counts steps.
    /// </param>
    /// <returns>Three rows of as many positions as the prompt has tokens with its features in place.</returns>
    public static long[][] Of(PromptTokens prompt, IReadOnlyList<VisionGrid> grids, double? tokensPerSecond)
    {
        var rows = new[] { new List<long>(), new List<long>(), new List<long>() };
        long next = 0;
        var image = 0;
        foreach (var id in prompt.Ids)
        {
            if (id != PromptTokens.ImageToken)
            {
                rows[0].Add(next);
                rows[1].Add(next);
                rows[2].Add(next++);
                continue;
            }

            var grid = grids[image++];
            for (var time = 0; time < grid.Time; time++)
            {
                var at = tokensPerSecond is { } rate ? (long)(time * grid.SecondsPerStep * rate) : time;
                for (var place = 0; place < grid.Height * grid.Width; place++)
                {
                    rows[0].Add(next + at);
                    rows[1].Add(next + (place / grid.Width));
                    rows[2].Add(next + (place % grid.Width));
                }
            }

            next = rows.Max(row => row[^1]) + 1;
        }

        return [.. rows.Select(row => row.ToArray())];
    }

    /// <summary>The same as Int64 [3, T], in the current scope.</summary>
    internal static Tensor Tensor(PromptTokens prompt, IReadOnlyList<VisionGrid> grids, double? tokensPerSecond, Device device)
    {
        using var scope = new TensorScope();
        var rows = Of(prompt, grids, tokensPerSecond);
        return Torch.Tensor.From<long>([.. rows.SelectMany(row => row)], 3, rows[0].Length).To(device).MoveToOuterScope();
    }
}
