using Praline.Models.Generation;

namespace Praline.Benchmarks;

/// <summary>
/// The candidates of one video: as one batch over one shared prefill, against one by one, each with a prefill of its own. The prompt is as long as a video's visual tokens
/// make it (16 frames of 73 tokens and a question).
/// </summary>
internal static class CandidatesBenchmark
{
    internal static void Run(Arguments arguments)
    {
        using var model = new BenchmarkModel(arguments);
        var (candidates, prompt, tokens) = (arguments.Int("candidates", 10), arguments.Int("prompt", 1200), arguments.Int("tokens", 100));
        GenerationRequest Request(params ulong[] seeds) => new()
        {
            PromptTokenIds = [.. Enumerable.Range(0, prompt).Select(i => i * 31 % model.Config.VocabSize)],
            Options = GenerationOptions.SynpoCandidates with { MaxNewTokens = tokens },
            Seeds = seeds,
        };
        var generator = new TextGenerator(model.Model);
        var seeds = Enumerable.Range(0, candidates).Select(i => (ulong)i).ToArray();
        var (together, alone) = (Array.Empty<GenerationResult>(), Array.Empty<GenerationResult>());
        var medians = Timing.Medians(
            arguments.Int("rounds", 3),
            () => together = generator.Generate(Request(seeds)),
            () => alone = [.. seeds.Select(seed => generator.Generate(Request(seed))[0])]);
        Console.WriteLine($"candidates: {candidates} of {tokens} tokens, prompt {prompt}; {model}");
        Console.WriteLine($"  one by one            {medians[1],8:F2} s   {candidates * tokens / medians[1],8:F0} tokens/s");
        Console.WriteLine($"  one batch, one prefill{medians[0],8:F2} s   {candidates * tokens / medians[0],8:F0} tokens/s");
        Console.WriteLine($"  times faster          {medians[1] / medians[0],8:F1}");
        Console.WriteLine($"  same tokens           {together.Zip(alone).Count(p => p.First.TokenIds.SequenceEqual(p.Second.TokenIds))} of {candidates}");
    }
}
