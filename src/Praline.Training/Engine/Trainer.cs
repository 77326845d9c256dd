using System.Diagnostics;
using Praline.Torch;
using Praline.Torch.Optim;
using Praline.Training.Runs;
using Praline.Training.Tasks;

namespace Praline.Training.Engine;

/// <summary>
/// The training loop, the same for every method: batches in a seeded order, packed micro-batches, gradients added up, clipped, AdamW, a
/// schedule, logs, checkpoints. Interrupted anywhere and run again it goes on from its newest checkpoint and ends with the same
/// bytes (on the CPU, with the same number of threads).
/// </summary>
public sealed class Trainer : IDisposable
{
    private readonly ITrainingTask _task;
    private readonly TrainerOptions _options;
    private readonly RunFolder _run;
    private readonly TrainReporter _reporter;
    private readonly EpochSampler _sampler;
    private readonly LearningRateSchedule _schedule;
    private readonly AdamW _optimizer;
    private readonly MasterWeights _weights;
    private readonly GradientAccumulator _accumulator;
    private readonly CheckpointStore _checkpoints;
    private readonly int _totalSteps;
    private readonly MemoryEstimate? _memory;
    private TrainingState _state = new();
    private JsonLinesLog? _metricsLog;
    private JsonLinesLog? _timingLog;
    private TensorBoardLog? _tensorBoard;

    /// <summary>Sets a run up; nothing is written yet.</summary>
    /// <param name="task">What to train on what.</param>
    /// <param name="options">How.</param>
    /// <param name="run">Where the results go.</param>
    /// <param name="progress">Hears what happens, for a live view.</param>
    /// <exception cref="PralineException">There is nothing to train, or nothing to train on.</exception>
    public Trainer(ITrainingTask task, TrainerOptions options, RunFolder run, IProgress<TrainProgress>? progress = null)
    {
        if (task.ExampleIds.Count == 0)
        {
            throw new PralineException("There is nothing to train on: the data set has no usable example.");
        }

        if (task.Trainable.Count == 0)
        {
            throw new PralineException("There is nothing to train: every part of the model is frozen.");
        }

        (_task, _options, _run) = (task, options.Validated(), run);
        _sampler = new EpochSampler(task.ExampleIds.Count, options.BatchSize * options.AccumulationSteps, options.Seed);
        _totalSteps = Math.Min(options.MaxSteps ?? int.MaxValue, options.NumEpochs * _sampler.StepsPerEpoch);
        _schedule = new LearningRateSchedule(options.Schedule, options.WarmupSteps ?? (int)(options.WarmupRatio * _totalSteps), _totalSteps);
        _weights = new MasterWeights(task.Trainable);
        _optimizer = new AdamW(_weights.Tensors, new AdamWOptions
        {
            LearningRate = options.LearningRate,
            Beta1 = options.Beta1,
            Beta2 = options.Beta2,
            WeightDecay = options.WeightDecay,
        });
        _accumulator = new GradientAccumulator(_weights);
        _checkpoints = new CheckpointStore(run.Checkpoints, options.SaveTotalLimit);
        _memory = task.Memory(MicroBatches.Largest(task.ExampleLengths, options.BatchSize * options.AccumulationSteps, options.TokensPerMicroBatch, options.BatchSize));
        _reporter = new TrainReporter(progress, _totalSteps, _sampler.StepsPerEpoch);
    }

    /// <summary>Trains to the end, or on from where an interrupted run stopped.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; a checkpoint was written before.</exception>
    /// <exception cref="PralineException">Too many micro-batches had to be dropped.</exception>
    public TrainSummary Run(CancellationToken cancellation = default)
    {
        Restore();
        _reporter.Started(_state, _memory, _task.LeftOutRows);
        while (_state.Step < _totalSteps)
        {
            if (cancellation.IsCancellationRequested)
            {
                SaveCheckpoint();
                cancellation.ThrowIfCancellationRequested();
            }

            var batch = _sampler.Batch(_state.Step);
            var clock = Stopwatch.StartNew();
            var (metrics, tokens) = TrainStep(batch);
            Log(metrics, tokens, clock.Elapsed.TotalSeconds);
            AfterStep(cancellation);
        }

        return Finish();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _metricsLog?.Dispose();
        _timingLog?.Dispose();
        _tensorBoard?.Dispose();
        _accumulator.Dispose();
        _optimizer.Dispose();
        _weights.Dispose();
    }

    /// <summary>One optimizer step: the gradient of the whole batch from its micro-batches, clip, update.</summary>
    private (Dictionary<string, double> Metrics, long Tokens) TrainStep(IReadOnlyList<int> batch)
    {
        var sums = new MetricSums();
        double loss = 0;
        long tokens = 0;
        var parts = MicroBatches.Cut(batch, _task.ExampleLengths, _options.TokensPerMicroBatch, _options.BatchSize);
        PrefetchAfter(parts);
        for (var i = 0; i < parts.Count; i++)
        {
            using var scope = new TensorScope();
            var result = _task.Backward(parts[i], batch, Seeds.Derive(_options.Seed, "dropout", _state.Step, i));
            var good = double.IsFinite(result.Loss) && _accumulator.TryAdd();
            _state = _state with { MicroBatches = _state.MicroBatches + 1, Tokens = _state.Tokens + result.Tokens };
            tokens += result.Tokens;
            if (good)
            {
                loss += result.Loss;
                sums.Add(result.Metrics);
            }
            else
            {
                Drop(parts[i], result.Loss);
            }
        }

        var learningRate = _options.LearningRate * _schedule.Factor(_state.Step);
        var norm = double.NaN;
        if (_accumulator.Release())
        {
            norm = GradientClipping.ClipGradNorm(_weights.Tensors.Values, _options.MaxGradNorm);
            _optimizer.LearningRate = learningRate;
            _optimizer.Step();
            _optimizer.ZeroGrad();
            _weights.CopyBack();
        }

        _state = _state with { Step = _state.Step + 1, Objective = _task.ObjectiveState };
        var metrics = new Dictionary<string, double> { ["loss"] = loss };
        foreach (var (name, value) in sums.Means())
        {
            metrics[name] = value;
        }

        foreach (var (name, value) in _task.EndStep())
        {
            metrics[name] = value;
        }

        metrics["grad_norm"] = norm;
        metrics["learning_rate"] = learningRate;
        return (metrics, tokens);
    }

    /// <summary>Media of the micro-batches at hand, and of the next step's, are got ready while the first ones are computed.</summary>
    private void PrefetchAfter(IReadOnlyList<IReadOnlyList<int>> parts)
    {
        var next = _state.Step + 1 < _totalSteps ? _sampler.Batch(_state.Step + 1) : [];
        _task.Prefetch([.. parts.SelectMany(part => part), .. next]);
    }

    private void Drop(IReadOnlyList<int> microBatch, double loss)
    {
        foreach (var parameter in _task.Trainable.Values)
        {
            parameter.Grad = null;
        }

        _state = _state with { Dropped = _state.Dropped + 1 };
        var ids = string.Join(", ", microBatch.Take(5).Select(i => _task.ExampleIds[i])) + (microBatch.Count > 5 ? ", …" : "");
        var what = double.IsFinite(loss) ? "a gradient" : "the loss";
        _reporter.Dropped(_state, $"Dropped a micro-batch in step {_state.Step + 1}: {what} is NaN or infinite ({ids}).");
        if (_state.Dropped > _options.MaxDroppedShare * Math.Max(_state.MicroBatches, 20))
        {
            throw new PralineException(
                $"{_state.Dropped} of {_state.MicroBatches} micro-batches gave NaN or infinite values, more than the share of {_options.MaxDroppedShare} that is allowed "
                + $"(last: {ids}). Lower the learning rate, or look at these examples; max_dropped_share sets the limit.");
        }
    }

    private void Log(Dictionary<string, double> metrics, long tokens, double seconds)
    {
        _state = _state with { Seconds = _state.Seconds + seconds };
        var epoch = (double)_state.Step / _sampler.StepsPerEpoch;
        _metricsLog!.Write(
        [
            new("step", _state.Step), new("epoch", epoch), .. metrics.Select(m => KeyValuePair.Create(m.Key, (object?)m.Value)),
            new("dropped", _state.Dropped),
        ]);
        _timingLog!.Write(
        [
            new("step", _state.Step), new("seconds", seconds), new("tokens_per_second", tokens / seconds), new("memory", ProcessMemory.Current), new("peak_memory", ProcessMemory.Peak),
            new("tensors", Tensor.LiveCount),
        ]);
        _tensorBoard!.Write(_state.Step, [.. metrics.Where(m => double.IsFinite(m.Value)), new("tokens_per_second", tokens / seconds)]);
        _reporter.Step(_state, metrics, tokens, seconds);
    }

    private void AfterStep(CancellationToken cancellation)
    {
        var endOfEpoch = _state.Step % _sampler.StepsPerEpoch == 0;
        var last = _state.Step == _totalSteps;
        if (endOfEpoch || last || (_options.EvalSteps > 0 && _state.Step % _options.EvalSteps == 0))
        {
            Evaluate(cancellation);
        }

        if (endOfEpoch || last)
        {
            var epoch = (_state.Step + _sampler.StepsPerEpoch - 1) / _sampler.StepsPerEpoch;
            _task.Export(_run.Epoch(epoch));
            _reporter.Saved(_state, _run.Epoch(epoch));
        }

        if (endOfEpoch || last || (_options.SaveSteps > 0 && _state.Step % _options.SaveSteps == 0))
        {
            SaveCheckpoint();
        }
    }

    private void Evaluate(CancellationToken cancellation)
    {
        var results = _task.Evaluate(cancellation);
        if (results.Count == 0)
        {
            return;
        }

        _metricsLog!.Write([new("step", _state.Step), .. results.Select(m => KeyValuePair.Create("eval/" + m.Key, (object?)m.Value))]);
        _tensorBoard!.Write(_state.Step, results.Select(m => KeyValuePair.Create("eval/" + m.Key, m.Value)));
        _reporter.Evaluated(_state, results);
        if (results.TryGetValue("score", out var score) && !(score <= _state.BestScore))
        {
            _state = _state with { BestScore = score, BestStep = _state.Step };
            _task.Export(_run.Best);
            _reporter.Saved(_state, _run.Best);
        }
    }

    private void SaveCheckpoint()
    {
        using var scope = new TensorScope();
        _metricsLog!.FlushToDisk();
        _timingLog!.FlushToDisk();
        _tensorBoard!.FlushToDisk();
        _state = _state with
        {
            LogOffsets = new Dictionary<string, long> { ["metrics"] = _metricsLog.Length, ["timing"] = _timingLog.Length, ["tensorboard"] = _tensorBoard.Length },
        };
        _checkpoints.Save(_state, _weights.Tensors, _optimizer.StateTensors());
    }

    /// <summary>Takes up the newest whole checkpoint, if the folder has one.</summary>
    private void Restore()
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        if (_checkpoints.LoadNewest((path, reason) => _reporter.Dropped(_state, $"The checkpoint {path} is damaged ({reason}): using the one before.")) is { } checkpoint)
        {
            foreach (var (name, parameter) in _weights.Tensors)
            {
                parameter.CopyInPlace(checkpoint.Weights.TryGetValue(name, out var saved)
                    ? saved
                    : throw new PralineException($"{checkpoint.Path} has no tensor '{name}': it belongs to another run. Give another output folder."));
            }

            _weights.CopyBack();
            _optimizer.LoadState(checkpoint.Optimizer);
            _task.RestoreObjectiveState(checkpoint.State.Objective);
            _state = checkpoint.State;
        }

        _metricsLog = new JsonLinesLog(_run.MetricsFile, _state.LogOffsets.GetValueOrDefault("metrics"));
        _timingLog = new JsonLinesLog(_run.TimingFile, _state.LogOffsets.GetValueOrDefault("timing"));
        _tensorBoard = new TensorBoardLog(_run.Root, _state.LogOffsets.GetValueOrDefault("tensorboard"));
    }

    private TrainSummary Finish()
    {
        var lastEpoch = (_totalSteps + _sampler.StepsPerEpoch - 1) / _sampler.StepsPerEpoch;
        var summary = new TrainSummary
        {
            Steps = _state.Step,
            Examples = _task.ExampleIds.Count,
            TrainableParameters = _task.Trainable.Values.Sum(p => p.Numel),
            MicroBatches = _state.MicroBatches,
            DroppedMicroBatches = _state.Dropped,
            Tokens = _state.Tokens,
            Seconds = _state.Seconds,
            PeakMemory = ProcessMemory.Peak,
            EstimatedMemory = _memory?.Total,
            LeftOutRows = _task.LeftOutRows,
            FinalMetrics = _reporter.RecentMeans(),
            BestStep = _state.BestStep,
            Result = _state.BestStep is null ? _run.Epoch(lastEpoch) : _run.Best,
        };
        _run.WriteSummary(summary);
        _reporter.Finished(_state, summary);
        return summary;
    }
}
