namespace Praline.Preferences;

/// <summary>A score read from an answer, or what is wrong with the answer in words that can be put back to the model.</summary>
/// <param name="Value">The score, in the range asked for; null when there is none.</param>
/// <param name="Problem">Why there is none; null when there is one.</param>
public readonly record struct ScoreReading(double? Value, string? Problem)
{
    /// <summary>No score.</summary>
    public static ScoreReading None(string problem) => new(null, problem);
}
