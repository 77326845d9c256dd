using Praline.Training.Engine;

namespace Praline.Training.Tasks;

/// <summary>What of a run decides how much memory its steps take.</summary>
/// <param name="Tokens">Tokens of the largest micro-batch.</param>
/// <param name="Accumulates">Whether a step has several micro-batches.</param>
/// <param name="Shard">What processes keep a part of; of no meaning to one process.</param>
/// <param name="Ranks">How many processes train together.</param>
public sealed record StepSize(int Tokens, bool Accumulates = false, Sharding Shard = Sharding.None, int Ranks = 1)
{
    /// <summary>True where each process keeps a part of the optimizer's state.</summary>
    internal bool SharesOptimizer => Ranks > 1 && Shard != Sharding.None;

    /// <summary>True where layers' weights lie in parts, too.</summary>
    internal bool SharesLayers => Ranks > 1 && Shard == Sharding.Parameters;
}
