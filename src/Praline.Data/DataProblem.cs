namespace Praline.Data;

/// <summary>Where a row stands: a line of a JSON Lines file, an item of a JSON array, a row of a Parquet or Arrow file.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">The line, from 1, where the file has lines.</param>
/// <param name="Item">The item, from 1, where the file is one JSON array.</param>
/// <param name="RowGroup">The row group (Parquet) or record batch (Arrow), from 0.</param>
/// <param name="Row">The row in its group, from 0.</param>
public readonly record struct SampleSource(string File, int? Line = null, int? Item = null, int? RowGroup = null, int? Row = null)
{
    /// <inheritdoc/>
    public override string ToString() =>
        Item is { } item ? $"{File}, item {item}"
        : Line is { } line ? $"{File}, line {line}"
        : RowGroup is { } group ? $"{File}, row group {group}, row {Row}"
        : File;
}

/// <summary>Something in a data file that keeps a row from being used, or (a warning) that is worth a look.</summary>
/// <param name="Source">The row.</param>
/// <param name="Field">The field, as a path into the row such as <c>conversations[1].value</c>; empty for the whole row.</param>
/// <param name="Expected">What was expected there.</param>
/// <param name="Found">What was found instead.</param>
/// <param name="Remedy">What to do about it, as a sentence.</param>
/// <param name="IsError">Whether the row can't be used; else it is a warning.</param>
public sealed record DataProblem(SampleSource Source, string Field, string Expected, string Found, string Remedy, bool IsError = true)
{
    /// <summary>The row's id where it has one, else its place; what lists of left-out rows name.</summary>
    public string Id { get; init; } = Source.ToString();

    /// <summary>What is wrong, in one sentence.</summary>
    public string What => $"expected {Expected}, found {Found}.";

    /// <summary>Place, field, what is wrong and what to do.</summary>
    public string Message => $"{Source}{(Field.Length > 0 ? $", field \"{Field}\"" : "")}: {What} {Remedy}".TrimEnd();

    /// <inheritdoc/>
    public override string ToString() => $"{(IsError ? "error" : "warning")}: {Message}";
}

/// <summary>A row that can't be used, thrown where a caller asked for it alone.</summary>
public sealed class DataException(DataProblem problem, Exception? inner = null) : PralineException(problem.Message, inner)
{
    /// <summary>What is wrong, in fields.</summary>
    public DataProblem Problem { get; } = problem;
}
