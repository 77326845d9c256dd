namespace Praline.Evaluation;

/// <summary>What one caption says, counted against what is true of its video.</summary>
/// <param name="Method">The method that wrote it ("base", "SynPO").</param>
/// <param name="Video">The video: captions of one video are one cluster.</param>
/// <param name="Seed">The training seed of the model that wrote it.</param>
/// <param name="TruePositives">Facts stated that hold.</param>
/// <param name="FalsePositives">Facts stated that don't.</param>
/// <param name="Missed">Facts that hold and are not stated.</param>
/// <param name="Words">The caption's length in words.</param>
/// <param name="Hallucinated">Whether the caption states anything that is not in the video.</param>
public sealed record CaptionFacts(
    string Method, string Video, int Seed, int TruePositives, int FalsePositives, int Missed, int Words, bool Hallucinated);
