using Praline.Torch;
using Praline.Training.Engine;

namespace Praline.Training.Runs;

/// <summary>A checkpoint that was read.</summary>
/// <param name="Path">Its folder.</param>
/// <param name="State">Where the run was.</param>
/// <param name="Weights">The trained tensors.</param>
/// <param name="Optimizer">The optimizer's tensors.</param>
public sealed record LoadedCheckpoint(
    string Path, TrainingState State, IReadOnlyDictionary<string, Tensor> Weights, IReadOnlyDictionary<string, Tensor> Optimizer);
