namespace Praline.Training.Benchmarks;

/// <summary>What ranks measured of their training.</summary>
/// <param name="ExchangeSeconds">Seconds of a step in which gradients were exchanged.</param>
/// <param name="ExchangeOverlapped">The share of them that the training did not wait for.</param>
/// <param name="GradientBytes">Bytes of the gradient.</param>
/// <param name="HeldBytes">Bytes that a process keeps of trained weights and optimizer, the most of all.</param>
/// <param name="ResidentBytes">Memory of a process after its last step, the most of all.</param>
/// <param name="Alone">Sums over ranks with nothing else under way.</param>
internal sealed record Result(
    double ExchangeSeconds, double ExchangeOverlapped, double GradientBytes, long HeldBytes, long ResidentBytes, IReadOnlyList<Exchange> Alone);
