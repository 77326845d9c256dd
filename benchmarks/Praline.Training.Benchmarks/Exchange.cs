namespace Praline.Training.Benchmarks;

/// <summary>A sum over ranks.</summary>
/// <param name="Bytes">Bytes of the tensor.</param>
/// <param name="Seconds">Seconds that it took.</param>
internal sealed record Exchange(double Bytes, double Seconds);
