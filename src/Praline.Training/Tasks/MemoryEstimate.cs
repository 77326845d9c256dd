using System.Globalization;
using System.Text.RegularExpressions;
using Praline.Torch;

namespace Praline.Training.Tasks;

/// <summary>
/// What a training will need at most, in bytes, counted from the shapes of what is kept: for messages before the first step. It leaves
/// out what no formula knows (fragmentation, libraries' own buffers), so it is near, not exact.
/// </summary>
/// <param name="Weights">The model's weights, as far as this process keeps them.</param>
/// <param name="Trained">What trains: its gradients, their sum over micro-batches, AdamW's two means, single precision masters; this process's part of them.</param>
/// <param name="Activations">What the largest micro-batch keeps for its backward pass, and one layer's gradients.</param>
/// <param name="Logits">The block of logits.</param>
/// <param name="Vision">The same for the vision part, where it trains.</param>
/// <param name="Features">Vision features or frames in memory.</param>
/// <param name="Tokens">Tokens of the largest micro-batch.</param>
public sealed partial record MemoryEstimate(long Weights, long Trained, long Activations, long Logits, long Vision, long Features, int Tokens)
{
    private const long Program = 200L << 20; // the runtime and the libraries

    /// <summary>Of it what a process keeps from step to step for what trains: its weights, in single precision too, and AdamW's two means.</summary>
    public long Held { get; init; }

    /// <summary>All of it.</summary>
    public long Total => Weights + Trained + Activations + Logits + Vision + Features + Program;

    /// <summary>Counts.</summary>
    /// <param name="model">The model with its adapter.</param>
    /// <param name="step">How it trains.</param>
    /// <param name="visionPerToken">Bytes that the vision part keeps for each token.</param>
    /// <param name="gradientCopies">How many times all gradients are held, beside their sum: 1 for training, more for profiling.</param>
    public static MemoryEstimate Of(TrainedModel model, StepSize step, double visionPerToken = 0, int gradientCopies = 1)
    {
        var (lent, held, gradients) = TrainedMemory.Of(model, step, gradientCopies);
        var adapter = model.Adapter?.Parameters.Values.Sum(p => p.Numel * (long)p.DType.Size()) ?? 0; // counted in what is held, but in no weights
        var trained = model.Trainable.Values.Sum(p => p.Numel * (long)p.DType.Size());
        return new MemoryEstimate(
            model.WeightBytes - lent, gradients + held + lent + adapter - trained, ActivationsOf(model, step), 3 * 4 * Math.Min(model.MaxLogits, (long)step.Tokens * model.Language.Config.VocabSize),
            (long)(step.Tokens * visionPerToken), model.Vision?.MemoryBytes ?? 0, step.Tokens)
        {
            Held = held,
        };
    }

    /// <summary>One line for people.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"Memory: about {Total / 1e9:0.0} GB (weights {Weights / 1e9:0.0}, gradients and optimizer {Trained / 1e9:0.0}, activations of {Tokens:#,0} tokens {Activations / 1e9:0.0}, "
        + $"logits {Logits / 1e9:0.0}, vision part {Vision / 1e9:0.0}, vision features {Features / 1e9:0.0}).");

    private static long ActivationsOf(TrainedModel model, StepSize step)
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

        // Layers whose weights are lent are computed twice as well.
        return step.Tokens * (gradients + (model.Checkpointing || step.SharesLayers ? perToken + (size * d * trainedLayers) : perToken * trainedLayers));
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
