namespace Praline.Preferences;

/// <summary>Something wrong in a data file.</summary>
/// <param name="Place">File and line.</param>
/// <param name="Field">Which field; empty for the whole row.</param>
/// <param name="Problem">What is wrong.</param>
/// <param name="Remedy">What to do about it.</param>
/// <param name="IsError">Whether training would fail or learn nonsense; else it is worth a look.</param>
public sealed record DataProblem(string Place, string Field, string Problem, string Remedy, bool IsError = true)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{(IsError ? "error" : "warning")}: {Place}{(Field.Length > 0 ? $", field \"{Field}\"" : "")}: {Problem} {Remedy}";
}
