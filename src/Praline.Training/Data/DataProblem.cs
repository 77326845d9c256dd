namespace Praline.Training.Data;

/// <summary>Something that keeps an example from being trained on as it is.</summary>
/// <param name="Id">The example.</param>
/// <param name="What">What is the matter.</param>
/// <param name="Remedy">What to do about it.</param>
public sealed record DataProblem(string Id, string What, string Remedy);
