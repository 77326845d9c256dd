namespace Praline.Preferences;

/// <summary>What a data check found.</summary>
/// <param name="Rows">Rows in the file.</param>
/// <param name="Good">Rows without an error.</param>
/// <param name="Formats">How many rows have which format.</param>
/// <param name="Problems">All problems, in the file's order.</param>
public sealed record DataCheckResult(
    int Rows, int Good, IReadOnlyDictionary<PreferenceFormat, int> Formats, IReadOnlyList<DataProblem> Problems)
{
    /// <summary>Whether training can start.</summary>
    public bool IsGood => Problems.All(p => !p.IsError);
}
