using Praline.Models.Generation;

namespace Praline.Benchmarks;

/// <summary>Decoding of one request's candidates over a shared prompt, against the bare matrix products of the same shapes.</summary>
internal static class DecodeBenchmark
{
    internal static void Run(Arguments arguments)
    {
        using var model = new BenchmarkModel(arguments);
        var (batch, prompt, tokens) = (arguments.Int("batch", 8), arguments.Int("prompt", 200), arguments.Int("tokens", 64));
        var requests = arguments.Int("requests", 1);
        GenerationRequest Request(int length, int salt) => new()
        {
            PromptTokenIds = [.. Enumerable.Range(0, prompt).Select(i => ((i * 31) + salt) % model.Config.VocabSize)],
            Options = GenerationOptions.SynpoCandidates with { MaxNewTokens = length },
            Seeds = [.. Enumerable.Range(0, batch / requests).Select(i => (ulong)i)],
        };
        var generator = new TextGenerator(model.Model, maxBatch: batch);
        void Generate(int length) => generator.Generate([.. Enumerable.Range(0, requests).Select(i => Request(length, i))]);

        // What the prefill costs is taken off: the same requests with one token each, which decode nothing.
        var medians = Timing.Medians(
            arguments.Int("rounds", 5),
            () => Generate(1),
            () => Generate(1 + (tokens / 2)),
            () => Generate(1 + tokens),
            () =>
            {
                for (var i = 0; i < tokens; i++)
                {
                    model.MatrixProducts(batch, batch);
                }
            });
        var decode = medians[2] - medians[0];
        Console.WriteLine($"decode: batch {batch} ({requests} requests), prompt {prompt}, {tokens} tokens each; {model}");
        Console.WriteLine($"  decode            {batch * tokens / decode,10:F0} tokens/s   {1000 * decode / tokens,8:F2} ms a step");
        Console.WriteLine($"  first / second half of the steps: {1000 * (medians[1] - medians[0]) / (tokens / 2),8:F2} / {1000 * (medians[2] - medians[1]) / (tokens - (tokens / 2)),6:F2} ms a step");
        Console.WriteLine($"  matrix products   {batch * tokens / medians[3],10:F0} tokens/s   {1000 * medians[3] / tokens,8:F2} ms a step");
        Console.WriteLine($"  share of the matrix products' rate: {100 * medians[3] / decode:F0} %");
    }
}
