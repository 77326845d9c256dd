namespace Praline.Training.Tests;

/// <summary>Tests that count live tensors run alone.</summary>
[CollectionDefinition(nameof(LiveTensorsCollection), DisableParallelization = true)]
public class LiveTensorsCollection;
