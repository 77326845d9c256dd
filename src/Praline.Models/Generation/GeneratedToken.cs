namespace Praline.Models.Generation;

/// <summary>A token as it is generated.</summary>
/// <param name="Sequence">The number of its sequence: that of its seed in the request.</param>
/// <param name="TokenId">The token.</param>
/// <param name="LogProbability">On request: log π of it under the model's own distribution.</param>
/// <param name="Finish">Why the sequence ends with it; null while it goes on.</param>
public readonly record struct GeneratedToken(int Sequence, int TokenId, float? LogProbability, FinishReason? Finish);
