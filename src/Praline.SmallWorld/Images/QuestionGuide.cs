namespace Praline.SmallWorld;

/// <summary>What a pipeline says about a type of question. The small world has no such texts of its own.</summary>
/// <param name="Type">The type.</param>
/// <param name="Preferred">The criteria for preferred answers.</param>
/// <param name="Rejected">The criteria for rejected answers.</param>
/// <param name="WriteQuestion">What asks for a question of this type; null: no such rows.</param>
public sealed record QuestionGuide(QuestionType Type, string Preferred, string Rejected, string? WriteQuestion = null);
