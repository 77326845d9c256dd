using Praline.Torch.Distributed;

namespace Praline.Training.Engine;

/// <summary>
/// The gradient of an optimizer step, from the micro-batches of one process or of many. Per step: for each micro-batch its backward pass
/// and <see cref="TryAdd"/> or <see cref="Drop"/>, with <see cref="Last"/> called before the last one; then <see cref="Release"/>.
/// </summary>
internal interface IStepGradients : IDisposable
{
    /// <summary>
    /// True when each micro-batch is a step by itself for this: <see cref="Last"/> before and <see cref="Release"/> after every one, equally often
    /// on all processes, and what is handed over adds up.
    /// </summary>
    bool EveryMicroBatch => false;

    /// <summary>The micro-batch that comes is this process's last of the step.</summary>
    void Last();

    /// <summary>
    /// Takes the gradients that a backward pass left (and clears them). False, with nothing added, when one is NaN or infinite.
    /// </summary>
    bool TryAdd();

    /// <summary>The micro-batch gave nothing to use.</summary>
    void Drop();

    /// <summary>Hands the sum over all micro-batches of all processes to the optimizer and starts anew. False when nothing was added.</summary>
    /// <param name="repeatLast">Computes this process's last micro-batch again; called when another process spoilt what was sent.</param>
    bool Release(Action repeatLast);

    /// <summary>What the exchange between processes took since the last call.</summary>
    ReducerStatistics TakeStatistics();
}
