using Praline.Models.Language;
using Praline.Torch;
using Praline.Training.Tasks;

namespace Praline.Training.Engine;

/// <summary>What is trained on what: examples by number, and the gradient of a micro-batch of them.</summary>
public interface ITrainingTask
{
    /// <summary>Names of the examples, for messages. Their number is the size of the data set.</summary>
    IReadOnlyList<string> ExampleIds { get; }

    /// <summary>Tokens of each example as it is computed, all its responses included.</summary>
    IReadOnlyList<int> ExampleLengths { get; }

    /// <summary>Rows of the data that were left out, for the summary.</summary>
    int LeftOutRows => 0;

    /// <summary>What training in such steps will need; null when nobody knows.</summary>
    MemoryEstimate? Memory(StepSize step) => null;

    /// <summary>The tensors that are trained, by the names they are saved under.</summary>
    IReadOnlyDictionary<string, Tensor> Trainable { get; }

    /// <summary>The model whose layers can be lent their weights while they are computed; null when there is none.</summary>
    LlamaModel? Layers => null;

    /// <summary>Gets the media of examples ready in the background, in the order in which they will be asked for.</summary>
    void Prefetch(IReadOnlyList<int> examples);

    /// <summary>
    /// A step begins; every process calls it, those without examples of the batch too, so that they may tell each other what the objective needs
    /// to know of the whole batch.
    /// </summary>
    /// <param name="batch">All examples of the optimizer step.</param>
    /// <param name="randomSeed">The seed of dropout in this step.</param>
    void BeginStep(IReadOnlyList<int> batch, ulong randomSeed)
    {
    }

    /// <summary>
    /// True when <see cref="Backward"/> passes through the model several times and puts the gradient into the parameters itself, at its end.
    /// </summary>
    bool AssignsGradients => false;

    /// <summary>
    /// Computes a micro-batch's part of the batch's loss and adds its gradient to the parameters'. A loss that is not finite must not be
    /// carried backward: return it.
    /// </summary>
    /// <param name="microBatch">The examples to compute.</param>
    /// <param name="batch">All examples of the optimizer step, by which means are normalised.</param>
    /// <param name="randomSeed">The seed of dropout in this micro-batch.</param>
    MicroBatchResult Backward(IReadOnlyList<int> microBatch, IReadOnlyList<int> batch, ulong randomSeed);

    /// <summary>Called after the micro-batches of an optimizer step: what to log beside their metrics.</summary>
    IReadOnlyDictionary<string, double> EndStep();

    /// <summary>Writes what the training has made so far (an adapter, a model) into a folder that users take it from.</summary>
    void Export(string folder);

    /// <summary>Measures held-out data; an empty result when there is none.</summary>
    IReadOnlyDictionary<string, double> Evaluate(CancellationToken cancellation);

    /// <summary>The state of the objective that goes on from step to step (running means), for checkpoints.</summary>
    IReadOnlyDictionary<string, double> ObjectiveState { get; }

    /// <summary>Takes such a state up again.</summary>
    void RestoreObjectiveState(IReadOnlyDictionary<string, double> state);
}
