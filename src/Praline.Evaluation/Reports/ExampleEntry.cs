namespace Praline.Evaluation;

/// <summary>One method's text in an <see cref="ExampleCard"/>.</summary>
/// <param name="Label">The method.</param>
/// <param name="Text">Its caption or answer.</param>
public sealed record ExampleEntry(string Label, MarkedText Text)
{
    /// <summary>Scores and verdicts.</summary>
    public IReadOnlyList<ReportBadge> Badges { get; init; } = [];

    /// <summary>Longer remarks, folded away: a judge's explanation.</summary>
    public string Note { get; init; } = "";
}
