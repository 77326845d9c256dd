namespace Praline.SmallWorld;

/// <summary>A verdict and why.</summary>
public sealed record EngagementJudgement(EngagementVerdict Verdict, string Explanation);
