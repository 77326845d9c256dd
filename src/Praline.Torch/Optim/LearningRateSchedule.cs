namespace Praline.Torch.Optim;

/// <summary>
/// Learning rates over steps, as transformers' <c>get_*_schedule_with_warmup</c>: pure functions of the step, so that a resumed run
/// needs no state.
/// </summary>
/// <param name="Name"><c>linear</c>, <c>cosine</c>, <c>cosine_with_restarts</c>, <c>constant</c> or <c>constant_with_warmup</c>.</param>
/// <param name="WarmupSteps">Steps over which the rate rises from 0.</param>
/// <param name="TotalSteps">Steps of the whole run.</param>
/// <param name="Cycles">Restarts of <c>cosine_with_restarts</c>.</param>
public sealed record LearningRateSchedule(string Name, int WarmupSteps, int TotalSteps, int Cycles = 1)
{
    /// <summary>The names that are known.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["linear", "cosine", "cosine_with_restarts", "constant", "constant_with_warmup"];

    /// <summary>The factor on the base learning rate for the optimizer step of that number (the first is 0).</summary>
    /// <exception cref="PralineException">The schedule's name is not known.</exception>
    public double Factor(int step)
    {
        if (Name == "constant")
        {
            return 1;
        }

        if (step < WarmupSteps)
        {
            return (double)step / Math.Max(1, WarmupSteps);
        }

        var progress = (double)(step - WarmupSteps) / Math.Max(1, TotalSteps - WarmupSteps);
        return Name switch
        {
            "constant_with_warmup" => 1,
            "linear" => Math.Max(0, (double)(TotalSteps - step) / Math.Max(1, TotalSteps - WarmupSteps)),
            "cosine" => Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * progress))),
            "cosine_with_restarts" => progress >= 1 ? 0 : Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * (Cycles * progress % 1)))),
            _ => throw new PralineException($"Unknown learning-rate schedule '{Name}': expected {string.Join(", ", Names)}."),
        };
    }
}
