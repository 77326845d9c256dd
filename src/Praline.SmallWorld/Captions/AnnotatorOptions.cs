namespace Praline.SmallWorld;

/// <summary>How often annotators leave things out and get things wrong. Shares are of the items of their kind, 0 to 1.</summary>
public sealed record AnnotatorOptions
{
    /// <summary>What a terse annotator leaves out.</summary>
    public Omissions Terse { get; init; } = new(Background: 0.5, Object: 0.1, Size: 0.6, Place: 0.45, Still: 0.9, Motion: 0.15, Event: 0.35);

    /// <summary>What a careless annotator leaves out.</summary>
    public Omissions Careless { get; init; } = new(Background: 0.2, Object: 0.1, Size: 0.2, Place: 0.15, Still: 0.5, Motion: 0.1, Event: 0.2);

    /// <summary>The fewest mistakes of a careless caption.</summary>
    public int MinMistakes { get; init; } = 1;

    /// <summary>The most mistakes of a careless caption.</summary>
    public int MaxMistakes { get; init; } = 3;

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
