namespace Praline.Training.Engine;

/// <summary>What several processes keep a part of each, instead of all of it (ZeRO; Rajbhandari et al. 2020).</summary>
public enum Sharding
{
    /// <summary>Every process keeps everything.</summary>
    None,

    /// <summary>The optimizer's state and the weights in single precision (stages 1 and 2).</summary>
    Optimizer,

    /// <summary>
    /// Those, and the gradients and weights of decoder layers: a layer's are gathered for the time in which it is computed, forward and backward (stage 3).
    /// </summary>
    Parameters,
}
