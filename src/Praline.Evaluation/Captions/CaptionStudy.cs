namespace Praline.Evaluation;

/// <summary>Everything that a report on captioning methods shows. <see cref="CaptionReport"/> turns it into files.</summary>
public sealed record CaptionStudy
{
    /// <summary>The report's heading.</summary>
    public required string Title { get; init; }

    /// <summary>What was done, in a sentence or two.</summary>
    public string Introduction { get; init; } = "";

    /// <summary>The captions' facts, of all methods and seeds; methods are shown in order of appearance.</summary>
    public required IReadOnlyList<CaptionFacts> Captions { get; init; }

    /// <summary>The method that the others are compared with; must have captions.</summary>
    public required string Baseline { get; init; }

    /// <summary>The trainings; runs of one method carry its name as label.</summary>
    public IReadOnlyList<TrainingRun> Runs { get; init; } = [];

    /// <summary>The preference pairs that were trained on.</summary>
    public IReadOnlyList<PairScore> Pairs { get; init; } = [];

    /// <summary>Examples to look at.</summary>
    public IReadOnlyList<ExampleCard> Examples { get; init; } = [];

    /// <summary>The run's settings, in order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings { get; init; } = [];

    /// <summary>What was left out, by reason: shown with its number, never hidden.</summary>
    public IReadOnlyList<ListBlock> LeftOut { get; init; } = [];

    /// <summary>How intervals are made.</summary>
    public BootstrapOptions Bootstrap { get; init; } = new();
}
