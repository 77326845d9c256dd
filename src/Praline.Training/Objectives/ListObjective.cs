using Praline.Torch;

namespace Praline.Training.Objectives;

/// <summary>An objective over rankings: any number of responses to one prompt, best first.</summary>
public abstract record ListObjective : IObjective
{
    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public virtual Requirements Requirements => Requirements.None;

    /// <summary>The loss of one prompt's responses: a scalar with gradients.</summary>
    /// <param name="ranked">The responses under the policy, best first.</param>
    /// <param name="reference">The same under the reference; null for methods without one.</param>
    public abstract Tensor Loss(ResponseStatistics ranked, ResponseStatistics? reference);

    /// <summary>The rewards whose gradient norms profiling draws: [k], with gradients. By default Σ log π.</summary>
    public virtual Tensor ProfiledRewards(ResponseStatistics ranked) => ranked.SumLogProb;

    /// <summary>The rewards that are logged: [k], no gradient.</summary>
    public abstract Tensor Rewards(ResponseStatistics ranked, ResponseStatistics? reference);
}
