namespace Praline.Evaluation;

/// <summary>What a training logged at one optimizer step.</summary>
/// <param name="Step">The step, counted from 1.</param>
/// <param name="Values">Every numeric field by its name in the file; NaN and infinities included.</param>
public sealed record MetricsRow(long Step, IReadOnlyDictionary<string, double> Values);
