namespace Praline.Torch.Tests;

/// <summary>Tests that count live tensors run alone: others would change the count.</summary>
[CollectionDefinition("live tensors", DisableParallelization = true)]
public class LiveTensorsCollection;
