namespace Praline.Training.Engine;

/// <summary>A quantity that is logged as a mean.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sum">The sum over items.</param>
/// <param name="Weight">The items' number, or weight.</param>
public sealed record MetricSum(string Name, double Sum, double Weight);
