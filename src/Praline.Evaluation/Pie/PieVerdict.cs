namespace Praline.Evaluation;

/// <summary>A judge's verdict on an answer: a flag, or none and why. There is no flag that means "none".</summary>
public abstract record PieVerdict
{
    private PieVerdict()
    {
    }

    /// <summary>A flag.</summary>
    /// <param name="Flag">The flag.</param>
    public sealed record Scored(PieFlag Flag) : PieVerdict;

    /// <summary>No flag.</summary>
    /// <param name="Reason">Why, in words.</param>
    public sealed record Unscored(string Reason) : PieVerdict;

    /// <summary>The flag, or null.</summary>
    public PieFlag? FlagOrNull => (this as Scored)?.Flag;
}
