namespace Praline.Models.Checkpoints;

/// <summary>How far loading got.</summary>
/// <param name="Name">The parameter that was read last.</param>
/// <param name="BytesDone">Bytes of the checkpoint taken so far.</param>
/// <param name="BytesTotal">Bytes of all its tensors.</param>
public readonly record struct LoadProgress(string Name, long BytesDone, long BytesTotal);
