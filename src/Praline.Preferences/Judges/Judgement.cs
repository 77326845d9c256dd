namespace Praline.Preferences;

/// <summary>What a judge said of one caption: a score, or none and why. There is no number that means "none".</summary>
public abstract record Judgement
{
    private Judgement()
    {
    }

    /// <summary>The score, or null.</summary>
    public double? Score => (this as Scored)?.Value;

    /// <summary>A score.</summary>
    /// <param name="Value">In the range that was asked for.</param>
    /// <param name="Raw">What the judge answered, as it came.</param>
    public sealed record Scored(double Value, string Raw) : Judgement;

    /// <summary>No score.</summary>
    /// <param name="Reason">Why, in words.</param>
    /// <param name="Transient">Whether it may be had another time: the endpoint did not answer.</param>
    public sealed record Unscored(string Reason, bool Transient = false) : Judgement;
}
