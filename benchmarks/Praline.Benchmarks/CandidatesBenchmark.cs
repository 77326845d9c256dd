using Praline.Models.Generation;

namespace Praline.Benchmarks;

/// <summary>
/// The candidates of one video: as one batch over one shared prefill, as one batch of prompts that are prefilled each for itself, and one by one. The prompt is as long
/// as a video's visual tokens make it (16 frames of 73 tokens and a question); with <c>ending</c> each goes on for so many tokens of its own, as when each shows a draft.
/// </summary>
internal static class CandidatesBenchmark
{
    internal static void Run(Arguments arguments)
    {
        using var model = new BenchmarkModel(arguments);
        var (candidates, prompt, ending, tokens) =
            (arguments.Int("candidates", 10), arguments.Int("prompt", 1200), arguments.Int("ending", 0), arguments.Int("tokens", 100));
        var seeds = Enumerable.Range(0, candidates).Select(i => (ulong)i).ToArray();
        int[] Tokens(int length, int salt) => [.. Enumerable.Range(0, length).Select(i => (i + salt) * 31 % model.Config.VocabSize)];
        int[] Ending(ulong seed) => Tokens(ending, 7 * ((int)seed + 1));
        var request = new GenerationRequest
        {
            PromptTokenIds = Tokens(prompt, 0),
            Options = GenerationOptions.SynpoCandidates with { MaxNewTokens = tokens },
            Seeds = seeds,
        };

        // Alike prompts are shared as far as they are; a position of its own keeps a prompt to itself.
        GenerationRequest[] each = [.. seeds.Select(seed => request with { PromptTokenIds = [.. request.PromptTokenIds!, .. Ending(seed)], Seeds = [seed] })];
        GenerationRequest[] apart = [.. each.Select(r => r with { PromptPositionIds = Praline.Torch.Tensor.Arange(0, r.PromptTokenIds!.Count) })];
        GenerationRequest[] together = ending == 0 ? [request] : each;
        var generator = new TextGenerator(model.Model);
        var (shared, alone) = (Array.Empty<GenerationResult>(), Array.Empty<GenerationResult>());
        var medians = Timing.Medians(
            arguments.Int("rounds", 3),
            () => shared = [.. generator.Generate(together).SelectMany(results => results)],
            () => generator.Generate(apart),
            () => alone = [.. each.Select(request => generator.Generate(request)[0])]);
        Console.WriteLine($"candidates: {candidates} of {tokens} tokens, prompt {prompt} + {ending}; {model}");
        Write("one by one", medians[2]);
        Write("one batch", medians[1]);
        Write("one batch, one prefill", medians[0]);
        Console.WriteLine($"  times faster           {medians[2] / medians[0],8:F1}");
        var times = generator.Times;
        Console.WriteLine(
            $"  a step of {(double)times.Rows / times.Steps:F1} rows     products {times.Products.TotalMilliseconds / times.Steps:F2} ms, "
            + $"attention {times.Attention.TotalMilliseconds / times.Steps:F2} ms, sampling {times.Sampling.TotalMilliseconds / times.Steps:F2} ms");
        Console.WriteLine($"  same tokens            {shared.Zip(alone).Count(p => p.First.TokenIds.SequenceEqual(p.Second.TokenIds))} of {candidates}");

        void Write(string name, double seconds) => Console.WriteLine($"  {name,-22} {seconds,8:F2} s   {candidates * tokens / seconds,8:F0} tokens/s");
    }
}
