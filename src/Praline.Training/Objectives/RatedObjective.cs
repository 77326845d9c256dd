namespace Praline.Training.Objectives;

/// <summary>An objective over responses that are rated good or bad by themselves.</summary>
public abstract record RatedObjective : IObjective
{
    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public virtual Requirements Requirements => Requirements.Reference;

    /// <summary>
    /// Losses [a + b], the desirable responses first; the batch's loss is their mean. The logged rewards are [a] and [b].
    /// </summary>
    public abstract PairLoss Compute(RatedStatistics responses);
}
