namespace Praline.SmallWorld;

/// <summary>What statements are measured against.</summary>
/// <param name="Required">What a complete description says.</param>
/// <param name="Tolerated">
/// What may also be said and counts neither for nor against a caption: an object's later places, a motion or event too slight or too
/// near the range's ends to ask for, the order of events that aren't neighbours.
/// </param>
/// <param name="Aliases">Other names of objects: those that change colour, by their later colour.</param>
public record FactReference(
    IReadOnlySet<Fact> Required, IReadOnlySet<Fact> Tolerated, IReadOnlyDictionary<Subject, Subject> Aliases)
{
    /// <summary>A statement with its objects by their first names.</summary>
    public Fact Canonical(Fact fact) => fact.WithSubjects(s => Aliases.GetValueOrDefault(s, s));

    /// <summary>Whether a statement is not false: required or tolerated.</summary>
    public bool Allows(Fact fact) => Canonical(fact) is var known && (Required.Contains(known) || Tolerated.Contains(known));
}
