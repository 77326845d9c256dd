using Praline.Data;
using Praline.Models.Language;
using Praline.Torch;
using Praline.Training.Data;
using Praline.Training.Engine;

namespace Praline.Training.Tasks;

/// <summary>What tasks have in common: examples, their lengths, the model.</summary>
public abstract class TrainingTask : ITrainingTask
{
    private readonly Lazy<IReadOnlyList<int>> _lengths;

    private protected TrainingTask(TrainedModel model, IReadOnlyList<TrainingExample> examples)
    {
        (Model, Examples) = (model, examples);
        ExampleIds = [.. examples.Select(e => e.Id)];
        _lengths = new Lazy<IReadOnlyList<int>>(() => [.. examples.Select(model.LengthOf)]);
    }

    /// <summary>The model.</summary>
    public TrainedModel Model { get; }

    /// <summary>The examples.</summary>
    public IReadOnlyList<TrainingExample> Examples { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> ExampleIds { get; }

    /// <inheritdoc/>
    public IReadOnlyList<int> ExampleLengths => _lengths.Value;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> Trainable => Model.Trainable;

    /// <inheritdoc/>
    public virtual IReadOnlyDictionary<string, double> ObjectiveState => new Dictionary<string, double>();

    /// <inheritdoc/>
    public LlamaModel? Layers => Model.Language;

    /// <inheritdoc/>
    public int LeftOutRows { get; internal set; }

    /// <summary>How many times all gradients are held at once, beside their sum.</summary>
    private protected virtual int GradientCopies => 1;

    /// <inheritdoc/>
    public MemoryEstimate? Memory(StepSize step) => MemoryEstimate.Of(
        Model, step,
        Examples.Where(e => e.Media.Count > 0).Select(e => (double)e.Media.Sum(Model.Vision!.ActivationBytes) / Model.LengthOf(e)).DefaultIfEmpty(0).Max(),
        GradientCopies);

    /// <inheritdoc/>
    public void Prefetch(IReadOnlyList<int> examples) => Model.Vision?.Prefetch(examples.SelectMany(i => Examples[i].Media));

    /// <inheritdoc/>
    public virtual void BeginStep(IReadOnlyList<int> batch, ulong randomSeed)
    {
    }

    /// <inheritdoc/>
    public virtual bool AssignsGradients => false;

    /// <inheritdoc/>
    public abstract MicroBatchResult Backward(IReadOnlyList<int> microBatch, IReadOnlyList<int> batch, ulong randomSeed);

    /// <summary>The gradient of a loss in log-probabilities, and from there on in the model.</summary>
    private protected static MicroBatchResult Backward(ProfiledForward forward)
    {
        var value = forward.Loss.Item<double>();
        if (double.IsFinite(value))
        {
            forward.Loss.Backward();
            forward.Answers.Backward();
        }

        return new MicroBatchResult(value, forward.Computed, forward.Metrics);
    }

    /// <summary>The forward pass as profiling looks at it: no gradients are computed yet.</summary>
    internal abstract ProfiledForward Profile(IReadOnlyList<int> microBatch, IReadOnlyList<int> batch);

    /// <inheritdoc/>
    public virtual IReadOnlyDictionary<string, double> EndStep() => new Dictionary<string, double>();

    /// <inheritdoc/>
    public void Export(string folder) => Model.Export(folder);

    /// <inheritdoc/>
    public abstract IReadOnlyDictionary<string, double> Evaluate(CancellationToken cancellation);

    /// <inheritdoc/>
    public virtual void RestoreObjectiveState(IReadOnlyDictionary<string, double> state)
    {
    }
}
