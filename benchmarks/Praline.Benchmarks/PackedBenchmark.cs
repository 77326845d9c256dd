using Praline.Models.Language;
using Praline.Torch;

namespace Praline.Benchmarks;

/// <summary>Forward and backward of a packed stream of pairs, against the bare matrix products (three per layer: forward, two backward).</summary>
internal static class PackedBenchmark
{
    internal static void Run(Arguments arguments)
    {
        using var model = new BenchmarkModel(arguments);
        var (pairs, prompt, response) = (arguments.Int("pairs", 4), arguments.Int("prompt", 200), arguments.Int("response", 100));
        var layout = new PackedLayout([.. Enumerable.Range(0, pairs).Select(_ => new SequenceTree(prompt, response, response))]);
        foreach (var parameter in model.Store.Parameters.Values)
        {
            parameter.RequiresGrad = true;
        }

        var checkpointing = arguments.Int("checkpointing", 0) != 0;
        Tensor Forward()
        {
            var ids = Tensor.From<long>([.. Enumerable.Range(0, layout.Length).Select(i => i * 31L % model.Config.VocabSize)]);
            return model.Model.ForwardPacked(model.Model.Embed(ids), layout, checkpointing: checkpointing).Sum();
        }

        var medians = Timing.Medians(
            arguments.Int("rounds", 5),
            () =>
            {
                using var noGrad = NoGrad.Begin();
                using var scope = new TensorScope();
                Forward();
            },
            () =>
            {
                using var scope = new TensorScope();
                Forward().Backward();
                foreach (var parameter in model.Store.Parameters.Values)
                {
                    parameter.Grad = null;
                }
            },
            () => model.MatrixProducts(layout.Length, 1));
        Console.WriteLine($"packed: {pairs} pairs of {prompt} + {response} + {response} tokens{(checkpointing ? ", checkpointing" : "")}; {model}");
        Console.WriteLine($"  forward               {layout.Length / medians[0],10:F0} tokens/s   {100 * medians[2] / medians[0]:F0} % of the matrix products' rate");
        Console.WriteLine($"  forward and backward  {layout.Length / medians[1],10:F0} tokens/s   {100 * 3 * medians[2] / medians[1]:F0} % of the matrix products' rate");
    }
}
