namespace Praline.Evaluation;

/// <summary>A section of a report, with a place in its table of contents.</summary>
/// <param name="Title">The heading.</param>
/// <param name="Blocks">What it holds, in order.</param>
public sealed record ReportSection(string Title, params IReadOnlyList<ReportBlock> Blocks);
