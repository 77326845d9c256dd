namespace Praline.Training.Benchmarks;

/// <summary>A training step.</summary>
/// <param name="Seconds">By the clock; of several processes the slowest one's.</param>
/// <param name="CpuSeconds">By processor time; of several processes the mean.</param>
internal sealed record StepTime(double Seconds, double CpuSeconds);
