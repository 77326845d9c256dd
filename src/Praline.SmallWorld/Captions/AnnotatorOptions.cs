namespace Praline.SmallWorld;

/// <summary>How often annotators leave things out and get things wrong. Shares are of the items of their kind, 0 to 1.</summary>
public sealed record AnnotatorOptions
{
    /// <summary>What a terse annotator leaves out.</summary>
    public Omissions Terse { get; init; } = new(Background: 0.5, Object: 0.1, Size: 0.6, Place: 0.45, Still: 0.9, Motion: 0.15, Event: 0.35);

    /// <summary>What a careless annotator leaves out.</summary>
    public Omissions Careless { get; init; } = new(Background: 0.2, Object: 0.1, Size: 0.2, Place: 0.15, Still: 0.5, Motion: 0.1, Event: 0.2);

    /// <summary>How often a careless annotator reports what is expected on such a background, and how often an ending that is usual.</summary>
    public double HabitShare { get; init; } = 0.9;

    /// <summary>The most other mistakes of a careless caption. There is always at least one mistake.</summary>
    public int MaxMistakes { get; init; } = 1;

    /// <summary>How often careless captions begin with a careless word ("Basically, …").</summary>
    public double FillerShare { get; init; } = 0.9;

    /// <summary>The shares of what is left out. The last object is never left out.</summary>
    /// <param name="Background">The background.</param>
    /// <param name="Object">Objects, with all that happens to them.</param>
    /// <param name="Size">Sizes.</param>
    /// <param name="Place">Places.</param>
    /// <param name="Still">That something stays still.</param>
    /// <param name="Motion">Other motions (not of a start, which goes with its event).</param>
    /// <param name="Event">Events.</param>
    public sealed record Omissions(
        double Background, double Object, double Size, double Place, double Still, double Motion, double Event);
}
