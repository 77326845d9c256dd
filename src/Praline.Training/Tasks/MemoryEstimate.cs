using System.Globalization;
using System.Text.RegularExpressions;
using Praline.Torch;

namespace Praline.Training.Tasks;

/// <summary>
/// What a training will need at most, in bytes, counted from the shapes of what is kept: for messages before the first step. It leaves
/// out what no formula knows (fragmentation, libraries' own buffers), so it is near, not exact.
/// </summary>
/// <param name="Weights">The model's weights.</param>
/// <param name="Trained">What trains: its gradients, their sum over micro-batches, AdamW's two means, single precision masters.</param>
/// <param name="Activations">What the largest micro-batch keeps for its backward pass, and one layer's gradients.</param>
/// <param name="Logits">The block of logits.</param>
/// <param name="Vision">The same for the vision part, where it trains.</param>
/// <param name="Features">Vision features or frames in memory.</param>
/// <param name="Tokens">Tokens of the largest micro-batch.</param>
public sealed partial record MemoryEstimate(long Weights, long Trained, long Activations, long Logits, long Vision, long Features, int Tokens)
{
    private const long Program = 200L << 20; // the runtime and the libraries

    /// <summary>All of it.</summary>
    public long Total => Weights + Trained + Activations + Logits + Vision + Features + Program;

    /// <summary>Counts.</summary>
    /// <param name="model">The model with its adapter.</param>
    /// <param name="tokens">Tokens of the largest micro-batch.</param>
    /// <param name="visionPerToken">Bytes that the vision part keeps for each of them.</param>
    /// <param name="gradientCopies">How many times all gradients are held, beside their sum: 1 for training, more for profiling.</param>
    public static MemoryEstimate Of(TrainedModel model, int tokens, double visionPerToken = 0, int gradientCopies = 1)
    {
        var trained = model.Trainable.Values.Sum(p => p.Numel * ((p.DType is DType.Float16 or DType.BFloat16 ? 4L : 0) + (gradientCopies * (long)p.DType.Size()) + 4 + 8))
            + (model.Adapter?.Parameters.Values.Sum(p => p.Numel * (long)p.DType.Size()) ?? 0);
        return new MemoryEstimate(
            model.WeightBytes, trained, ActivationsOf(model, tokens), 3 * 4 * Math.Min(model.MaxLogits, (long)tokens * model.Language.Config.VocabSize),
            (long)(tokens * visionPerToken), model.Vision?.MemoryBytes ?? 0, tokens);
    }

    /// <summary>One line for people.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"Memory: about {Total / 1e9:0.0} GB (weights {Weights / 1e9:0.0}, gradients and optimizer {Trained / 1e9:0.0}, activations of {Tokens:#,0} tokens {Activations / 1e9:0.0}, "
        + $"logits {Logits / 1e9:0.0}, vision part {Vision / 1e9:0.0}, vision features {Features / 1e9:0.0}).");

    private static long ActivationsOf(TrainedModel model, int tokens)
    {
        var config = model.Language.Config;
        long size = model.Language.DType.Size(), d = config.HiddenSize, inner = config.IntermediateSize;
        long heads = (long)config.NumAttentionHeads * config.HeadDim, kv = (long)config.NumKeyValueHeads * config.HeadDim;

        // Inputs and outputs of both norms, q, k, v and the attention's output, gate, up and their product.
        var perToken = size * ((4 * d) + (2 * heads) + (2 * kv) + (3 * inner));
        if (model.Adapter is { } adapter)
        {
            var layers = Math.Max(1, config.NumHiddenLayers);
            foreach (var (name, parameter) in adapter.Parameters.Where(p => p.Key.EndsWith("lora_A.weight", StringComparison.Ordinal)))
            {
                var (rank, input) = (parameter.Size(0), parameter.Size(1));
                var dropped = adapter.Config.LoraDropout > 0 ? input * 2 * size : 0; // the input after dropout, and its mask
                perToken += ((rank * size) + dropped) / layers;
            }
        }

        var gradients = size * ((4 * d) + (3 * inner)); // of the layer at hand
        var trainedLayers = config.NumHiddenLayers - FirstTrained(model);
        return tokens * (gradients + (model.Checkpointing ? perToken + (size * d * trainedLayers) : perToken * trainedLayers));
    }

    /// <summary>The first layer that gradients reach: nothing is kept of those before it.</summary>
    private static int FirstTrained(TrainedModel model)
    {
        var first = model.Language.Config.NumHiddenLayers;
        foreach (var name in model.Trainable.Keys)
        {
            var match = LayerNumber().Match(name);
            var isHead = name.EndsWith("lm_head.weight", StringComparison.Ordinal) || name.EndsWith("model.norm.weight", StringComparison.Ordinal);
            first = Math.Min(first, match.Success ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : isHead ? first : 0);
        }

        return first;
    }

    [GeneratedRegex(@"\.layers\.(\d+)\.")]
    private static partial Regex LayerNumber();
}
