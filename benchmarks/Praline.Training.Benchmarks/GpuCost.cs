namespace Praline.Training.Benchmarks;

/// <summary>
/// Floating-point operations that a step of LoRA training must do: forward and the gradients of inputs for the frozen weights (4 per
/// parameter and token), those of weights too for the adapter (6), attention where a query sees a key, logits at answer tokens only.
/// </summary>
internal static class GpuCost
{
    public static double Operations(GpuSubject subject, IEnumerable<(int Prompt, (int Length, int Learnt)[] Answers)> trees)
    {
        var c = subject.Config;
        double heads = (double)c.NumAttentionHeads * c.HeadDim, kv = (double)c.NumKeyValueHeads * c.HeadDim;
        var layer = (c.HiddenSize * ((2 * heads) + (2 * kv))) + (3.0 * c.HiddenSize * c.IntermediateSize);
        double adapter = subject.Adapter?.Parameters.Values.Sum(p => (double)p.Numel) ?? 0;
        double total = 0;
        foreach (var (prompt, answers) in trees)
        {
            double tokens = prompt + answers.Sum(a => a.Length - 1), seen = 0.5 * prompt * prompt;
            foreach (var (answer, learnt) in answers)
            {
                seen += (answer - 1.0) * (prompt + (0.5 * answer));
                total += 4.0 * learnt * c.HiddenSize * c.VocabSize; // logits, and the gradient of the hidden states
            }

            total += tokens * ((4 * layer * c.NumHiddenLayers) + (6 * adapter));
            total += seen * 4 * heads * c.NumHiddenLayers * 3.5; // forward, and 2.5 times that backward
        }

        return total;
    }
}
