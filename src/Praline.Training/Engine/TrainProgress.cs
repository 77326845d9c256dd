namespace Praline.Training.Engine;

/// <summary>What happened in a run, for a live view.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Step">Optimizer steps done.</param>
/// <param name="TotalSteps">Optimizer steps of the whole run.</param>
/// <param name="Epoch">Passes over the data done, a fraction.</param>
/// <param name="Metrics">What was logged (the evaluation's results for <see cref="TrainEventKind.Evaluated"/>).</param>
/// <param name="TokensPerSecond">Tokens computed per second in the last steps.</param>
/// <param name="Remaining">Estimated time to the end.</param>
/// <param name="PeakMemory">Most memory that the process has used, in bytes.</param>
/// <param name="Message">A sentence for people: what was saved where, what was dropped and why.</param>
public sealed record TrainProgress(
    TrainEventKind Kind, int Step, int TotalSteps, double Epoch, IReadOnlyDictionary<string, double> Metrics, double TokensPerSecond,
    TimeSpan Remaining, long PeakMemory, string Message);
