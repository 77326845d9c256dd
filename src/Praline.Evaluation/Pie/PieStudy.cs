namespace Praline.Evaluation;

/// <summary>Everything that a PIE report shows. <see cref="PieReport"/> turns it into files.</summary>
public sealed record PieStudy
{
    /// <summary>The report's heading.</summary>
    public string Title { get; init; } = "PIE: proactive engagement";

    /// <summary>What was done, in a sentence or two.</summary>
    public string Introduction { get; init; } = "";

    /// <summary>The PIE file.</summary>
    public required IReadOnlyList<PieQuestion> Questions { get; init; }

    /// <summary>Its images.</summary>
    public required PieImages Images { get; init; }

    /// <summary>The runs, the baseline first.</summary>
    public required IReadOnlyList<PieRun> Runs { get; init; }

    /// <summary>
    /// Makes the picture that stands in the report out of an image file: a smaller one, say. Null embeds the files as they are.
    /// </summary>
    public Func<string, ReportImage>? Picture { get; init; }

    /// <summary>General ability, before and after; null when it was not measured.</summary>
    public GeneralStudy? General { get; init; }

    /// <summary>Further sections, such as general ability before and after.</summary>
    public IReadOnlyList<ReportSection> Further { get; init; } = [];

    /// <summary>The settings, in order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings { get; init; } = [];

    /// <summary>How the align rates' intervals are made.</summary>
    public BootstrapOptions Bootstrap { get; init; } = new();
}
