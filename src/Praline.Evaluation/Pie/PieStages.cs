namespace Praline.Evaluation;

/// <summary>What PIE's stages share.</summary>
internal static class PieStages
{
    /// <summary>A name that tells questions apart that occur twice, and that a person finds in the file (lines count from 1).</summary>
    public static string ItemId(PieQuestion question, int index) => $"question {index + 1} ({question.ImageId}: {question.Question})";
}
