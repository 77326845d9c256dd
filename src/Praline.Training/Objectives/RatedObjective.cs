namespace Praline.Training.Objectives;

/// <summary>An objective over responses that are rated good or bad by themselves.</summary>
public abstract record RatedObjective : IObjective
{
    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public virtual Requirements Requirements => Requirements.Reference;

    /// <summary>
    /// True when the statistics need responses that are paired with other prompts (<see cref="RatedStatistics.MismatchedSumLogProb"/>).
    /// </summary>
    public virtual bool NeedsMismatched => false;

    /// <summary>True when the losses depend on the whole batch, so that it has to be looked at before its first part is computed.</summary>
    public virtual bool ObservesBatch => NeedsMismatched;

    /// <summary>
    /// Looks at a whole batch before its losses are computed, micro-batch by micro-batch: running means are updated here.
    /// </summary>
    public virtual void Observe(RatedStatistics batch)
    {
    }

    /// <summary>State that goes on from batch to batch, for checkpoints.</summary>
    public virtual IReadOnlyDictionary<string, double> State => new Dictionary<string, double>();

    /// <summary>Takes such a state up again.</summary>
    public virtual void Restore(IReadOnlyDictionary<string, double> state)
    {
    }

    /// <summary>
    /// Losses [a + b], the desirable responses first; the batch's loss is their mean. The logged rewards are [a] and [b].
    /// </summary>
    public abstract PairLoss Compute(RatedStatistics responses);
}
