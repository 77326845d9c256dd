namespace Praline.Evaluation;

/// <summary>A marked stretch of a text.</summary>
/// <param name="Start">Index of its first character.</param>
/// <param name="Length">Its number of characters.</param>
/// <param name="Tone">How it is marked.</param>
/// <param name="Hint">Why, shown when it is pointed at.</param>
public readonly record struct TextMark(int Start, int Length, TextTone Tone, string Hint = "");
