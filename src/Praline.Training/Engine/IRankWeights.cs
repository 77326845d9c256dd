using Praline.Torch;
using Praline.Torch.Distributed;
using Praline.Torch.Optim;
using Praline.Training.Runs;

namespace Praline.Training.Engine;

/// <summary>What the optimizer updates, on one process or many: whole on every rank, or a part on each.</summary>
internal interface IRankWeights : IDisposable
{
    /// <summary>What the optimizer of this rank updates, by name.</summary>
    IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <summary>The gradient of a step over these weights.</summary>
    IStepGradients Gradients();

    /// <summary>The norm of the whole gradient, which is scaled down to the maximum where it is above; 0 only measures.</summary>
    double ClipGradNorm(double maximum);

    /// <summary>Gives the model the updated values.</summary>
    void CopyBack();

    /// <summary>Takes up what rank 0 has found: a checkpoint, or nothing. All ranks call it.</summary>
    /// <exception cref="PralineException">The checkpoint is another run's.</exception>
    void Restore(LoadedCheckpoint? checkpoint, AdamW optimizer);

    /// <summary>Weights and the optimizer's state by the parameters' names, as checkpoints have them. All ranks call it; rank 0 may use the result.</summary>
    (IReadOnlyDictionary<string, Tensor> Weights, IReadOnlyDictionary<string, Tensor> Optimizer) Whole(AdamW optimizer);

    /// <summary>Bytes that this rank keeps from step to step: the trained weights, in single precision too, and the optimizer's state.</summary>
    long HeldBytes(AdamW optimizer);

    /// <summary>Gives rank 0's model all trained weights, until disposed; null where it has them anyway. All ranks call it.</summary>
    IDisposable? WholeOnMain();

    /// <summary>Compares what the ranks hold, bit by bit.</summary>
    /// <exception cref="PralineException">A rank's weights are others than rank 0's.</exception>
    void RequireEqual(int step);
}
