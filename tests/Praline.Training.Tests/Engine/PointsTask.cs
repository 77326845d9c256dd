using Praline.Torch;
using Praline.Training.Engine;

namespace Praline.Training.Tests.Engine;

/// <summary>A task that is known in closed form: one point moves towards the mean of others; some of them may be bad.</summary>
internal sealed class PointsTask(int count) : ITrainingTask, IDisposable
{
    public Tensor Point { get; } = Tensor.From<double>([0.0, 0.0]).DetachFromScope().Trained();

    /// <summary>The examples whose loss is NaN.</summary>
    public HashSet<int> BadLosses { get; } = [];

    /// <summary>The examples whose gradient is infinite.</summary>
    public HashSet<int> BadGradients { get; } = [];

    /// <summary>Examples in the order in which they were computed.</summary>
    public List<int> Seen { get; } = [];

    public IReadOnlyList<string> ExampleIds { get; } = [.. Enumerable.Range(0, count).Select(i => $"point{i}")];

    public IReadOnlyList<int> ExampleLengths { get; } = [.. Enumerable.Repeat(10, count)];

    public IReadOnlyDictionary<string, Tensor> Trainable => new Dictionary<string, Tensor> { ["point"] = Point };

    public IReadOnlyDictionary<string, double> ObjectiveState => new Dictionary<string, double>();

    public static double[] Target(int example) => [1 + example, -2.0 * example];

    public void Prefetch(IReadOnlyList<int> examples)
    {
    }

    public MicroBatchResult Backward(IReadOnlyList<int> microBatch, IReadOnlyList<int> batch, ulong randomSeed)
    {
        using var scope = new TensorScope();
        Seen.AddRange(microBatch);
        Tensor loss = Tensor.Zeros([], DType.Float64);
        foreach (var example in microBatch)
        {
            loss += (Point - Tensor.From<double>(Target(example))).Pow(2).Sum() / batch.Count;
        }

        if (microBatch.Any(BadLosses.Contains))
        {
            return new MicroBatchResult(double.NaN, 10, new MetricSums());
        }

        loss.Backward();
        if (microBatch.Any(BadGradients.Contains))
        {
            Point.Grad = Tensor.From<double>([double.PositiveInfinity, 0]);
        }

        return new MicroBatchResult(loss.Item<double>(), 10 * microBatch.Count, new MetricSums());
    }

    public IReadOnlyDictionary<string, double> EndStep() => new Dictionary<string, double>();

    public void Export(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "point.txt"), string.Join(' ', Point.ToArray<double>()));
    }

    public IReadOnlyDictionary<string, double> Evaluate(CancellationToken cancellation) => new Dictionary<string, double>();

    public void RestoreObjectiveState(IReadOnlyDictionary<string, double> state)
    {
    }

    public void Dispose() => Point.Dispose();
}
