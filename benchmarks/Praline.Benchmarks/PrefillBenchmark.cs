using Praline.Models.Generation;

namespace Praline.Benchmarks;

/// <summary>Prefill of prompts, against the bare matrix products of the same shapes.</summary>
internal static class PrefillBenchmark
{
    internal static void Run(Arguments arguments)
    {
        using var model = new BenchmarkModel(arguments);
        var (batch, prompt) = (arguments.Int("batch", 8), arguments.Int("prompt", 200));
        var requests = Enumerable.Range(0, batch).Select(i => new GenerationRequest
        {
            PromptTokenIds = [.. Enumerable.Range(0, prompt).Select(k => ((k * 31) + i) % model.Config.VocabSize)],
            Options = new GenerationOptions { MaxNewTokens = 1 },
        }).ToList();
        var generator = new TextGenerator(model.Model);
        var medians = Timing.Medians(
            arguments.Int("rounds", 5),
            () => generator.Generate(requests),
            () =>
            {
                for (var i = 0; i < batch; i++)
                {
                    model.MatrixProducts(prompt, 1);
                }
            });
        Console.WriteLine($"prefill: {batch} prompts of {prompt} tokens; {model}");
        Console.WriteLine($"  prefill           {batch * prompt / medians[0],10:F0} tokens/s");
        Console.WriteLine($"  matrix products   {batch * prompt / medians[1],10:F0} tokens/s");
        Console.WriteLine($"  share of the matrix products' rate: {100 * medians[1] / medians[0]:F0} %");
    }
}
