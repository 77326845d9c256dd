namespace Praline.Training.Engine;

/// <summary>What a micro-batch gave.</summary>
/// <param name="Loss">Its part of the batch's loss: the parts of all micro-batches add up to it.</param>
/// <param name="Tokens">Tokens computed.</param>
/// <param name="Metrics">What to log, as sums with weights.</param>
public sealed record MicroBatchResult(double Loss, long Tokens, MetricSums Metrics);
