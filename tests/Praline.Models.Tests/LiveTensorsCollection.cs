namespace Praline.Models.Tests;

/// <summary>Tests that count live tensors: they run alone, as others make tensors too.</summary>
[CollectionDefinition(nameof(LiveTensorsCollection), DisableParallelization = true)]
public sealed class LiveTensorsCollection;
