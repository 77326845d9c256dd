namespace Praline.Training.Benchmarks;

/// <summary>What a training step took a process.</summary>
/// <param name="Seconds">By the clock.</param>
/// <param name="CpuSeconds">By processor time.</param>
internal sealed record StepTime(double Seconds, double CpuSeconds);
