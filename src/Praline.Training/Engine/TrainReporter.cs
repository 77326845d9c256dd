using Praline.Training.Runs;
using Praline.Training.Tasks;

namespace Praline.Training.Engine;

/// <summary>Turns what the loop does into <see cref="TrainProgress"/> with rates and remaining time.</summary>
internal sealed class TrainReporter(IProgress<TrainProgress>? progress, int totalSteps, int stepsPerEpoch)
{
    private const int Window = 20;
    private readonly Queue<(long Tokens, double Seconds)> _recent = [];
    private readonly Queue<IReadOnlyDictionary<string, double>> _recentMetrics = [];

    internal void Started(TrainingState state, MemoryEstimate? memory, int leftOut)
    {
        if (leftOut > 0)
        {
            Send(TrainEventKind.Started, state, $"{leftOut} rows are left out: see {RunFolder.LeftOutName} in the run's folder.");
        }

        if (memory is not null)
        {
            Send(TrainEventKind.Started, state, memory.Describe());
        }

        Send(TrainEventKind.Started, state, state.Step == 0 ? $"Training for {totalSteps} steps." : $"Going on after step {state.Step} of {totalSteps}.");
    }

    internal void Step(TrainingState state, IReadOnlyDictionary<string, double> metrics, long tokens, double seconds)
    {
        Push(_recent, (tokens, seconds));
        Push(_recentMetrics, metrics);
        Send(TrainEventKind.Step, state, "", metrics);
    }

    internal void Dropped(TrainingState state, string message) => Send(TrainEventKind.Dropped, state, message);

    internal void Evaluated(TrainingState state, IReadOnlyDictionary<string, double> results) => Send(TrainEventKind.Evaluated, state, "", results);

    internal void Saved(TrainingState state, string folder) => Send(TrainEventKind.Saved, state, $"Saved {folder}.");

    internal void Finished(TrainingState state, TrainSummary summary) =>
        Send(TrainEventKind.Finished, state, Describe(summary), summary.FinalMetrics);

    private static string Describe(TrainSummary summary)
    {
        var estimate = summary.EstimatedMemory is { } bytes ? FormattableString.Invariant($" (estimated {bytes / 1e9:0.0})") : "";
        return FormattableString.Invariant($"Done after {summary.Steps} steps: {summary.Result}. Peak memory {summary.PeakMemory / 1e9:0.0} GB{estimate}.");
    }

    /// <summary>Means of the last steps' metrics.</summary>
    internal Dictionary<string, double> RecentMeans() =>
        _recentMetrics.SelectMany(metrics => metrics).Where(m => double.IsFinite(m.Value)).GroupBy(m => m.Key)
            .ToDictionary(group => group.Key, group => group.Average(m => m.Value));

    private static void Push<T>(Queue<T> queue, T item)
    {
        queue.Enqueue(item);
        if (queue.Count > Window)
        {
            queue.Dequeue();
        }
    }

    private void Send(TrainEventKind kind, TrainingState state, string message, IReadOnlyDictionary<string, double>? metrics = null)
    {
        if (progress is null)
        {
            return;
        }

        var seconds = _recent.Sum(r => r.Seconds);
        var perStep = _recent.Count == 0 ? 0 : seconds / _recent.Count;
        progress.Report(new TrainProgress(
            kind, state.Step, totalSteps, (double)state.Step / stepsPerEpoch, metrics ?? new Dictionary<string, double>(),
            seconds == 0 ? 0 : _recent.Sum(r => r.Tokens) / seconds, TimeSpan.FromSeconds(perStep * (totalSteps - state.Step)), ProcessMemory.Peak, message));
    }
}
