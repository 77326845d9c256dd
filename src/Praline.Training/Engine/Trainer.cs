using System.Diagnostics;
using Praline.Torch;
using Praline.Torch.Distributed;
using Praline.Torch.Optim;
using Praline.Training.Runs;
using Praline.Training.Tasks;

namespace Praline.Training.Engine;

/// <summary>
/// The training loop, the same for every method: batches in a seeded order, packed micro-batches, gradients added up, clipped, AdamW, a
/// schedule, logs, checkpoints. Interrupted anywhere and run again it goes on from its newest checkpoint and ends with the same
/// bytes (on the CPU, with the same number of threads). In a world of several processes every one runs it: each computes its share of
/// every batch, and rank 0 writes.
/// </summary>
public sealed class Trainer : IDisposable
{
    private readonly ITrainingTask _task;
    private readonly TrainerOptions _options;
    private readonly RunFolder _run;
    private readonly TrainReporter _reporter;
    private readonly EpochSampler _sampler;
    private readonly AdamW _optimizer;
    private readonly IRankWeights _weights;
    private readonly IStepGradients _gradients;
    private readonly OptimizerStep _step;
    private readonly World _world;
    private readonly CheckpointStore _checkpoints;
    private readonly int _totalSteps;
    private readonly MemoryEstimate? _memory;
    private TrainingState _state = new();
    private ReducerStatistics _exchange;
    private bool _stopAsked;
    private (int Step, bool IsOpen)? _saved;
    private RunLogs? _logs; // rank 0's

    /// <summary>Sets a run up; nothing is written yet.</summary>
    /// <param name="task">What to train on what.</param>
    /// <param name="options">How.</param>
    /// <param name="run">Where the results go.</param>
    /// <param name="progress">Hears what happens, for a live view.</param>
    /// <param name="world">The processes that train together; null for this one alone.</param>
    /// <exception cref="PralineException">There is nothing to train, or nothing to train on.</exception>
    public Trainer(
        ITrainingTask task, TrainerOptions options, RunFolder run, IProgress<TrainProgress>? progress = null, World? world = null)
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
        _sampler = new EpochSampler(task.ExampleIds.Count, options.BatchSize * options.AccumulationSteps, options.Seed, options.MaxExamplesPerEpoch ?? int.MaxValue);
        _totalSteps = Math.Min(options.MaxSteps ?? int.MaxValue, options.NumEpochs * _sampler.StepsPerEpoch);
        var schedule = new LearningRateSchedule(options.Schedule, options.WarmupSteps ?? (int)Math.Ceiling(options.WarmupRatio * _totalSteps), _totalSteps);
        _world = world ?? World.Single;
        _weights = (_world.Size > 1 ? options.Shard : Sharding.None) switch
        {
            Sharding.None => new ReplicatedWeights(_world, task.Trainable),
            Sharding.Optimizer => new ShardedWeights(_world, task.Trainable),
            _ => new ShardedWeights(_world, task.Trainable, task.Layers),
        };
        _optimizer = new AdamW(_weights.Tensors, new AdamWOptions
        {
            LearningRate = options.LearningRate,
            Beta1 = options.Beta1,
            Beta2 = options.Beta2,
            WeightDecay = options.WeightDecay,
        });
        _gradients = _weights.Gradients();
        _step = new OptimizerStep(task, options, _sampler, _totalSteps, schedule, _optimizer, _weights, _gradients, _world);
        _checkpoints = new CheckpointStore(run.Checkpoints, options.SaveTotalLimit);
        var examples = (Math.Min(options.BatchSize * options.AccumulationSteps, task.ExampleIds.Count) + _world.Size - 1) / _world.Size; // of a step, on one rank
        var largest = MicroBatches.Largest(task.ExampleLengths, examples, options.TokensPerMicroBatch, options.BatchSize);
        var accumulates = largest < task.ExampleLengths.OrderDescending().Take(examples).Sum(length => (long)length);
        _memory = task.Memory(new StepSize(largest, accumulates, options.Shard, _world.Size));
        _reporter = new TrainReporter(progress, _totalSteps, _sampler.StepsPerEpoch);
    }

    /// <summary>Trains to the end, or on from where an interrupted run stopped.</summary>
    /// <exception cref="InterruptedException">It was cancelled; a checkpoint was written before.</exception>
    /// <exception cref="PralineException">Too many micro-batches had to be dropped.</exception>
    public TrainSummary Run(CancellationToken cancellation = default)
    {
        Restore();
        _reporter.Started(_state, _memory, _task.LeftOutRows);
        if (_state.IsOpen)
        {
            AfterStep(_world.Size == 1 ? cancellation : CancellationToken.None); // interrupted in the evaluation that follows the last step
        }

        while (_state.Step < _totalSteps)
        {
            if (_stopAsked || (_world.Size == 1 && cancellation.IsCancellationRequested))
            {
                throw Interrupted(cancellation);
            }

            var clock = Stopwatch.StartNew();
            var (metrics, tokens) = TrainStep(cancellation);
            Log(metrics, tokens, clock.Elapsed.TotalSeconds, _gradients.TakeStatistics());
            AfterStep(_world.Size == 1 ? cancellation : CancellationToken.None); // several ranks stop together, between steps
        }

        return Finish();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _logs?.Dispose();
        _gradients.Dispose();
        _optimizer.Dispose();
        _weights.Dispose();
    }

    /// <summary>One step; returns its metrics and the tokens that all ranks computed.</summary>
    /// <exception cref="PralineException">The memory did not suffice: what took it, and what lowers that. Or too many micro-batches were dropped.</exception>
    private (Dictionary<string, double> Metrics, long Tokens) TrainStep(CancellationToken cancellation)
    {
        try
        {
            var (report, metrics) = _step.Run(_state.Step, cancellation);
            Count(report);
            _state = _state with { Step = _state.Step + 1, Objective = report.Objective };
            return (metrics, report.Tokens);
        }
        catch (DeviceMemoryException error)
        {
            throw new PralineException(
                $"The memory did not suffice in step {_state.Step + 1}. {_memory?.Describe()} What lowers it: tokens_per_micro_batch (now {_options.TokensPerMicroBatch}) down to one "
                + "example, gradient_checkpointing, torch_dtype bfloat16, a smaller lora_r or fewer lora_target_modules, a smaller token_kept_ratio or fewer frames, several GPUs with shard. "
                + $"({error.Message})",
                error);
        }
    }

    /// <summary>Counts what the ranks computed and dropped of a step.</summary>
    private void Count(StepReport step)
    {
        _stopAsked |= step.Cancelled;
        _state = _state with
        {
            MicroBatches = _state.MicroBatches + step.MicroBatches,
            Tokens = _state.Tokens + step.Tokens,
            Dropped = _state.Dropped + step.Dropped.Count,
        };
        foreach (var what in step.Dropped)
        {
            _reporter.Dropped(_state, $"Dropped a micro-batch in step {_state.Step + 1}: {what}.");
        }

        if (step.Dropped.Count > 0 && _state.Dropped > _options.MaxDroppedShare * Math.Max(_state.MicroBatches, 20))
        {
            throw new PralineException(
                $"{_state.Dropped} of {_state.MicroBatches} micro-batches gave NaN or infinite values, more than the share of {_options.MaxDroppedShare} that is allowed "
                + $"(last: {step.Dropped[^1]}). Lower the learning rate, or look at these examples; max_dropped_share sets the limit.");
        }
    }

    private void Log(Dictionary<string, double> metrics, long tokens, double seconds, ReducerStatistics exchange)
    {
        _exchange += exchange;
        _state = _state with { Seconds = _state.Seconds + seconds };
        _logs?.Step(_state, (double)_state.Step / _sampler.StepsPerEpoch, metrics, tokens, seconds, RankChecks.Timing(_world, exchange));
        _reporter.Step(_state, metrics, tokens, seconds);
    }

    private void AfterStep(CancellationToken cancellation)
    {
        var endOfEpoch = _state.Step % _sampler.StepsPerEpoch == 0;
        var last = _state.Step == _totalSteps;
        if (endOfEpoch || last || (_options.EvalSteps > 0 && _state.Step % _options.EvalSteps == 0))
        {
            try
            {
                _state = _state with { IsOpen = true };
                Evaluate(cancellation);
            }
            catch (OperationCanceledException)
            {
                throw Interrupted(cancellation);
            }
        }

        _state = _state with { IsOpen = false };

        if (endOfEpoch || last)
        {
            var epoch = (_state.Step + _sampler.StepsPerEpoch - 1) / _sampler.StepsPerEpoch;
            Export(_run.Epoch(epoch));
        }

        if (endOfEpoch || last || (_options.SaveSteps > 0 && _state.Step % _options.SaveSteps == 0))
        {
            SaveCheckpoint();
        }
    }

    /// <summary>Writes a checkpoint; the error that says so.</summary>
    private InterruptedException Interrupted(CancellationToken cancellation)
    {
        SaveCheckpoint();
        return new InterruptedException(
            $"Interrupted after step {_state.Step} of {_totalSteps}; a checkpoint was written to {_run.Checkpoints}. Rerun the same command to resume.", cancellation);
    }

    private void Evaluate(CancellationToken cancellation)
    {
        var results = _task.Evaluate(cancellation);
        if (results.Count == 0)
        {
            return;
        }

        _logs?.Evaluation(_state.Step, results);
        _reporter.Evaluated(_state, results);
        if (results.TryGetValue("score", out var score) && !(score <= _state.BestScore))
        {
            _state = _state with { BestScore = score, BestStep = _state.Step };
            Export(_run.Best);
        }
    }

    private void Export(string folder)
    {
        using var whole = _weights.WholeOnMain();
        if (_world.IsMain)
        {
            _task.Export(folder);
            _reporter.Saved(_state, folder);
        }
    }

    /// <summary>Rank 0 writes, after all ranks were found to hold the same weights.</summary>
    private void SaveCheckpoint()
    {
        using var scope = new TensorScope();
        _weights.RequireEqual(_state.Step);
        var (weights, optimizer) = _weights.Whole(_optimizer);
        if (_logs is null)
        {
            return;
        }

        _state = _state with { LogOffsets = _logs.FlushToDisk() };
        if (_saved == (_state.Step, _state.IsOpen))
        {
            return; // this very state is on the disk
        }

        _saved = (_state.Step, _state.IsOpen);
        _checkpoints.Save(_state, weights, optimizer);
    }

    /// <summary>Takes up the newest whole checkpoint, if the folder has one; the other ranks get everything from rank 0.</summary>
    private void Restore()
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        var checkpoint = !_world.IsMain ? null : _checkpoints.LoadNewest(
            (path, reason) => _reporter.Dropped(_state, $"The checkpoint {path} is damaged ({reason}): using the one before."));
        var count = _task.ExampleIds.Count;
        _weights.Restore(checkpoint, _optimizer);
        if (_world.FromMain(checkpoint?.State) is { } state)
        {
            state.RequireExamples(count, _run.Root);
            _task.RestoreObjectiveState(state.Objective);
            _state = state;
        }

        _state = _state with { Examples = count };
        if (_world.IsMain)
        {
            _logs = new RunLogs(_run, _state.LogOffsets);
        }
    }

    private TrainSummary Finish()
    {
        var held = _world.Gather(_weights.HeldBytes(_optimizer));
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
            Processes = _world.Size,
            HeldBytes = held,
            ExchangeSeconds = _exchange.Seconds,
            ExchangeOverlapped = _exchange.Overlapped,
            Result = _state.BestStep is null ? _run.Epoch(lastEpoch) : _run.Best,
        };
        if (_world.IsMain)
        {
            _run.WriteSummary(summary);
        }

        _reporter.Finished(_state, summary);
        return summary;
    }
}
