using Praline.Torch;
using Praline.Torch.Distributed;
using Praline.Torch.Optim;
using Praline.Training.Tasks;

namespace Praline.Training.Engine;

/// <summary>One optimizer step: the gradient of the whole batch from its micro-batches and the other ranks', clipped, then AdamW.</summary>
internal sealed class OptimizerStep(
    ITrainingTask task, TrainerOptions options, EpochSampler sampler, int totalSteps, LearningRateSchedule schedule, AdamW optimizer,
    IRankWeights weights, IStepGradients gradients, World world)
{
    /// <summary>Takes the step with this number (from 0); returns what all ranks did together, and what is logged of it.</summary>
    internal (StepReport Report, Dictionary<string, double> Metrics) Run(int number, CancellationToken cancellation)
    {
        var batch = sampler.Batch(number);
        var seed = Seeds.Derive(options.Seed, "dropout", number);
        var parts = MicroBatches.Cut(Share(batch), task.ExampleLengths, options.TokensPerMicroBatch, options.BatchSize);

        // Media of these micro-batches, and of the next step's, are got ready while the first ones are computed.
        task.Prefetch([.. parts.SelectMany(part => part), .. Share(number + 1 < totalSteps ? sampler.Batch(number + 1) : [])]);
        task.BeginStep(batch, seed);
        var (own, any) = Compute(parts, batch, seed);
        var report = StepReport.Sum(world.Gather(own with { Cancelled = cancellation.IsCancellationRequested, Objective = task.ObjectiveState }));
        if (parts.Count == 0)
        {
            task.RestoreObjectiveState(report.Objective);
        }

        var learningRate = options.LearningRate * schedule.Factor(number);
        var norm = any ? Update(learningRate) : double.NaN;
        var metrics = new Dictionary<string, double> { ["loss"] = report.Loss };
        foreach (var (name, value) in report.Metrics.Means().Concat(task.EndStep()))
        {
            metrics[name] = value;
        }

        metrics["grad_norm"] = norm;
        metrics["learning_rate"] = learningRate;
        return (report, metrics);
    }

    /// <summary>This process's examples of a batch.</summary>
    private IReadOnlyList<int> Share(IReadOnlyList<int> batch) => RankShares.Of(batch, task.ExampleLengths, world.Size)[world.Rank];

    /// <summary>Clips and applies the gradient; returns its norm before.</summary>
    private double Update(double learningRate)
    {
        var norm = weights.ClipGradNorm(options.MaxGradNorm);
        optimizer.LearningRate = learningRate;
        optimizer.Step();
        optimizer.ZeroGrad();
        weights.CopyBack();
        return norm;
    }

    /// <summary>The gradient of the batch, from this process's micro-batches and the others'; false when there is none.</summary>
    private (StepReport Own, bool Any) Compute(IReadOnlyList<IReadOnlyList<int>> parts, IReadOnlyList<int> batch, ulong seed)
    {
        var sums = new MetricSums();
        var dropped = new List<string>();
        double loss = 0;
        long tokens = 0;
        var any = false;
        var releases = gradients.EveryMicroBatch ? world.Gather(parts.Count).Max() : 1;
        foreach (var (i, part) in parts.Index())
        {
            var closes = gradients.EveryMicroBatch || i == parts.Count - 1;
            if (closes && !task.AssignsGradients)
            {
                gradients.Last();
            }

            using (new TensorScope())
            {
                var result = task.Backward(part, batch, seed);
                if (closes && task.AssignsGradients)
                {
                    gradients.Last(); // before this, passes that are not the gradient would have been taken for it
                }

                tokens += result.Tokens;
                if (!double.IsFinite(result.Loss))
                {
                    gradients.Drop();
                    dropped.Add(Dropped(part, "the loss"));
                }
                else if (!gradients.TryAdd())
                {
                    dropped.Add(Dropped(part, "a gradient"));
                }
                else
                {
                    loss += result.Loss;
                    sums.Add(result.Metrics);
                }
            }

            if (closes)
            {
                releases--;
                any |= gradients.Release(() =>
                {
                    using var scope = new TensorScope();
                    task.Backward(part, batch, seed);
                });
            }
        }

        for (; releases > 0; releases--)
        {
            any |= gradients.Release(() => { }); // the other ranks have more micro-batches
        }

        return (new StepReport { Loss = loss, Tokens = tokens, MicroBatches = parts.Count, Dropped = dropped, Metrics = sums }, any);
    }

    private string Dropped(IReadOnlyList<int> microBatch, string what) =>
        $"{what} is NaN or infinite ({string.Join(", ", microBatch.Take(5).Select(i => task.ExampleIds[i]))}{(microBatch.Count > 5 ? ", …" : "")})";
}
