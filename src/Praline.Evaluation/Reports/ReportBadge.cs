namespace Praline.Evaluation;

/// <summary>A short label beside an entry: a score, a verdict.</summary>
/// <param name="Text">What it says.</param>
/// <param name="Tone">How it is coloured.</param>
public sealed record ReportBadge(string Text, TextTone Tone = TextTone.Plain);
