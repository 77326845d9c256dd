using Praline.Torch;

namespace Praline.Training.Tasks;

/// <summary>Bytes of what trains, on one process.</summary>
/// <param name="Lent">Weights of the model that it does not keep, because other processes do.</param>
/// <param name="Held">What it keeps from step to step: the trained weights, in single precision too, and AdamW's two means.</param>
/// <param name="Gradients">Gradients, their sums, and what of them is on its way.</param>
internal sealed record TrainedMemory(long Lent, long Held, long Gradients)
{
    private const long InFlight = 2 * (25L << 20); // buckets that are being sent

    /// <summary>Counts.</summary>
    /// <param name="model">The model.</param>
    /// <param name="step">How it trains.</param>
    /// <param name="gradientCopies">How many times all gradients are held, beside their sum.</param>
    internal static TrainedMemory Of(TrainedModel model, StepSize step, int gradientCopies)
    {
        long lent = 0, held = 0, gradients = 0, sent = 0;
        var layers = new Dictionary<int, long>();
        foreach (var parameter in model.Trainable.Values)
        {
            long numel = parameter.Numel, size = parameter.DType.Size(), single = Math.Max(size, 4);
            var layer = step.SharesLayers ? model.Language.LayerOf(parameter) : null;
            if (layer is { } number)
            {
                // Two layers are there at most, with their gradients on the way.
                lent += numel * size;
                layers[number] = layers.GetValueOrDefault(number) + (2 * numel * (size + single));
            }

            var masters = step.SharesOptimizer ? numel * single / step.Ranks : size < 4 ? numel * single : 0;
            var means = 2 * numel * single / (step.SharesOptimizer ? step.Ranks : 1);
            held += (layer is null ? numel * size : 0) + masters + means;
            gradients += step switch
            {
                { SharesLayers: true } => (step.Accumulates ? 2 : 1) * numel * single / step.Ranks,
                { SharesOptimizer: true } => (numel * single / step.Ranks) + (step.Accumulates ? numel * (size + single) : 0),
                { Ranks: > 1 } => numel * (single + (step.Accumulates ? size + single : 0)),

                // The only micro-batch's gradients are their sum, unless they have to be converted.
                _ => numel * ((gradientCopies * size) + (step.Accumulates || size < 4 || gradientCopies > 1 ? single : 0)),
            };
            sent += step.SharesOptimizer && layer is null ? numel * single : 0;
        }

        return new TrainedMemory(lent, held, gradients + Math.Min(sent, InFlight) + layers.Values.DefaultIfEmpty(0).Max());
    }
}
