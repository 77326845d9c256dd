namespace Praline.Training.Data;

/// <summary>A question and its answer earlier in a conversation.</summary>
/// <param name="Question">What was asked.</param>
/// <param name="Answer">What was answered.</param>
public sealed record Turn(string Question, string Answer);
