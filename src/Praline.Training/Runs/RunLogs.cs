using Praline.Torch;
using Praline.Torch.Distributed;
using Praline.Training.Engine;

namespace Praline.Training.Runs;

/// <summary>
/// What a run writes down at every step: <c>metrics.jsonl</c> (what is the same whenever the run is repeated), <c>timing.jsonl</c> (what is not) and
/// TensorBoard's events. The main rank has one.
/// </summary>
internal sealed class RunLogs : IDisposable
{
    private readonly JsonLinesLog _metrics;
    private readonly JsonLinesLog _timing;
    private readonly TensorBoardLog _tensorBoard;

    /// <summary>Opens a run's logs and cuts off what was written after the checkpoint with these offsets.</summary>
    /// <param name="run">The run.</param>
    /// <param name="offsets">What <see cref="FlushToDisk"/> returned; empty for a new run.</param>
    internal RunLogs(RunFolder run, IReadOnlyDictionary<string, long> offsets)
    {
        _metrics = new JsonLinesLog(run.MetricsFile, offsets.GetValueOrDefault("metrics"));
        _timing = new JsonLinesLog(run.TimingFile, offsets.GetValueOrDefault("timing"));
        _tensorBoard = new TensorBoardLog(run.Root, offsets.GetValueOrDefault("tensorboard"));
    }

    /// <summary>A step's metrics, and what it took.</summary>
    internal void Step(
        TrainingState state, double epoch, IReadOnlyDictionary<string, double> metrics, long tokens, double seconds, IEnumerable<KeyValuePair<string, object?>> exchange)
    {
        _metrics.Write(
        [
            new("step", state.Step), new("epoch", epoch), .. metrics.Select(m => KeyValuePair.Create(m.Key, (object?)m.Value)),
            new("dropped", state.Dropped),
        ]);
        _timing.Write(
        [
            new("step", state.Step), new("seconds", seconds), new("tokens_per_second", tokens / seconds), new("memory", ProcessMemory.Current),
            new("peak_memory", ProcessMemory.Peak), new("tensors", Tensor.LiveCount), .. exchange,
        ]);
        _tensorBoard.Write(state.Step, [.. metrics.Where(m => double.IsFinite(m.Value)), new("tokens_per_second", tokens / seconds)]);
    }

    /// <summary>What the held-out rows gave, under <c>eval/…</c>.</summary>
    internal void Evaluation(int step, IReadOnlyDictionary<string, double> results)
    {
        _metrics.Write([new("step", step), .. results.Select(m => KeyValuePair.Create("eval/" + m.Key, (object?)m.Value))]);
        _tensorBoard.Write(step, results.Select(m => KeyValuePair.Create("eval/" + m.Key, m.Value)));
    }

    /// <summary>Everything so far reaches the disk; returns how long each log is then.</summary>
    internal Dictionary<string, long> FlushToDisk()
    {
        _metrics.FlushToDisk();
        _timing.FlushToDisk();
        _tensorBoard.FlushToDisk();
        return new Dictionary<string, long> { ["metrics"] = _metrics.Length, ["timing"] = _timing.Length, ["tensorboard"] = _tensorBoard.Length };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _metrics.Dispose();
        _timing.Dispose();
        _tensorBoard.Dispose();
    }
}
