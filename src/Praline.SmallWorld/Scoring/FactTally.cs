namespace Praline.SmallWorld;

/// <summary>Counts over captions; sums of them give micro averages.</summary>
/// <param name="Captions">How many captions.</param>
/// <param name="Hallucinated">How many of them state anything false.</param>
/// <param name="TruePositives">Right statements.</param>
/// <param name="FalsePositives">False statements.</param>
/// <param name="Missed">Required statements that were not made.</param>
public readonly record struct FactTally(int Captions, int Hallucinated, int TruePositives, int FalsePositives, int Missed)
{
    /// <summary>TP / (TP + FP); 1 when nothing is stated.</summary>
    public double Precision => Ratio(TruePositives, TruePositives + FalsePositives, ifNone: 1);

    /// <summary>TP / (TP + missed); 1 when nothing is required.</summary>
    public double Recall => Ratio(TruePositives, TruePositives + Missed, ifNone: 1);

    /// <summary>2·TP / (2·TP + FP + missed); 1 when nothing is stated or required.</summary>
    public double F1 => Ratio(2 * TruePositives, (2 * TruePositives) + FalsePositives + Missed, ifNone: 1);

    /// <summary>FP / (TP + FP): the share of statements that are false; 0 when nothing is stated.</summary>
    public double HallucinationRate => 1 - Precision;

    /// <summary>The share of captions that state anything false; 0 when there are none.</summary>
    public double HallucinatedShare => Ratio(Hallucinated, Captions, ifNone: 0);

    /// <summary>The counts of both.</summary>
    public static FactTally operator +(FactTally a, FactTally b) => new(
        a.Captions + b.Captions,
        a.Hallucinated + b.Hallucinated,
        a.TruePositives + b.TruePositives,
        a.FalsePositives + b.FalsePositives,
        a.Missed + b.Missed);

    private static double Ratio(int part, int whole, double ifNone) => whole == 0 ? ifNone : part / (double)whole;
}
