namespace Praline.SmallWorld;

/// <summary>
/// A caption's statements against what is known. The rules:
/// <list type="number">
/// <item>Each distinct statement counts once, however often it is made. Objects go by their first colour: after a change of colour
/// both names mean the same object.</item>
/// <item>Required statements that are made are <see cref="TruePositives"/>; those that are not are <see cref="Missed"/>.</item>
/// <item>Statements that are neither required nor tolerated are <see cref="FalsePositives"/> (hallucinated). All that is said of an
/// object that doesn't exist is false: its existence, size, place, motion and events each count.</item>
/// <item>Tolerated statements count neither way (<see cref="Neutral"/>).</item>
/// <item>An order between events is judged only when both events are allowed: a false event has been counted already.</item>
/// </list>
/// </summary>
public sealed record FactScore(
    IReadOnlyList<Fact> TruePositives, IReadOnlyList<Fact> FalsePositives, IReadOnlyList<Fact> Missed, IReadOnlyList<Fact> Neutral)
{
    /// <summary>TP / (TP + FP); 1 when nothing is stated.</summary>
    public double Precision => Tally.Precision;

    /// <summary>TP / (TP + missed); 1 when nothing is required.</summary>
    public double Recall => Tally.Recall;

    /// <summary>2·TP / (2·TP + FP + missed).</summary>
    public double F1 => Tally.F1;

    /// <summary>FP / (TP + FP): the share of statements that are false; 0 when nothing is stated.</summary>
    public double HallucinationRate => 1 - Precision;

    /// <summary>Whether anything false is stated.</summary>
    public bool Hallucinates => FalsePositives.Count > 0;

    /// <summary>The counts alone, which can be added up over captions.</summary>
    public FactTally Tally => new(1, Hallucinates ? 1 : 0, TruePositives.Count, FalsePositives.Count, Missed.Count);

    /// <summary>Scores a caption's text.</summary>
    public static FactScore Of(string caption, FactReference reference) => Compare(FactParser.Parse(caption).Facts, reference);

    /// <summary>Scores statements.</summary>
    public static FactScore Compare(IEnumerable<Fact> stated, FactReference reference)
    {
        var (right, wrong, neutral) = (new List<Fact>(), new List<Fact>(), new List<Fact>());
        foreach (var fact in stated.Select(reference.Canonical).Distinct())
        {
            if (reference.Required.Contains(fact))
            {
                right.Add(fact);
            }
            else if (reference.Tolerated.Contains(fact)
                || (fact.Kind == FactKind.Order && !(reference.Allows(fact.First!) && reference.Allows(fact.Second!))))
            {
                neutral.Add(fact);
            }
            else
            {
                wrong.Add(fact);
            }
        }

        return new FactScore(right, wrong, [.. reference.Required.Except(right)], neutral);
    }
}
