using Praline.Torch.Optim;

namespace Praline.Training.Engine;

/// <summary>How the training loop goes, whatever is trained. The defaults are those of SynPO's scripts.</summary>
public sealed record TrainerOptions
{
    /// <summary>Passes over the data.</summary>
    public int NumEpochs { get; init; } = 5;

    /// <summary>Examples that an epoch takes at most, other ones in each; null takes all. (MACAROON's code ends an epoch after 20,000 rows, DPO's after 10,000.)</summary>
    public int? MaxExamplesPerEpoch { get; init; }

    /// <summary>Stop after so many optimizer steps; null runs all epochs.</summary>
    public int? MaxSteps { get; init; }

    /// <summary>Examples per batch. An optimizer step takes <see cref="BatchSize"/> × <see cref="AccumulationSteps"/> examples.</summary>
    public int BatchSize { get; init; } = 1;

    /// <summary>Batches per optimizer step.</summary>
    public int AccumulationSteps { get; init; } = 32;

    /// <summary>
    /// Tokens that are computed at a time: examples are packed into micro-batches up to this many. It changes speed and memory, not the
    /// result. 0 computes <see cref="BatchSize"/> examples at a time.
    /// </summary>
    public int TokensPerMicroBatch { get; init; } = 4096;

    /// <summary>Peak learning rate.</summary>
    public double LearningRate { get; init; } = 5e-6;

    /// <summary>Name of the learning-rate schedule, see <see cref="LearningRateSchedule.Names"/>.</summary>
    public string Schedule { get; init; } = "linear";

    /// <summary>Share of all steps over which the learning rate rises; <see cref="WarmupSteps"/> goes before it.</summary>
    public double WarmupRatio { get; init; } = 0.1;

    /// <summary>Steps over which the learning rate rises; null takes <see cref="WarmupRatio"/>.</summary>
    public int? WarmupSteps { get; init; }

    /// <summary>AdamW's decoupled weight decay.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>AdamW's decay of the mean.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>AdamW's decay of the mean square.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Gradients above this norm are scaled down to it; 0 leaves them, as SynPO's scripts do.</summary>
    public double MaxGradNorm { get; init; }

    /// <summary>With several processes: what each keeps a part of, instead of all of it.</summary>
    public Sharding Shard { get; init; }

    /// <summary>Where all randomness of the run comes from.</summary>
    public ulong Seed { get; init; } = 42;

    /// <summary>Optimizer steps from one checkpoint to the next; 0 writes them at ends of epochs only.</summary>
    public int SaveSteps { get; init; } = 50;

    /// <summary>Checkpoints to keep, beside the best.</summary>
    public int SaveTotalLimit { get; init; } = 2;

    /// <summary>Optimizer steps from one evaluation to the next; 0 evaluates at ends of epochs only.</summary>
    public int EvalSteps { get; init; }

    /// <summary>More than this share of micro-batches with NaN or infinite values stops the run.</summary>
    public double MaxDroppedShare { get; init; } = 0.1;

    /// <summary>Validates ranges.</summary>
    /// <exception cref="PralineException">One does not; the message names it.</exception>
    public TrainerOptions Validated()
    {
        Require(NumEpochs >= 1, "num_epochs", "at least 1", NumEpochs);
        Require(MaxSteps is null or >= 1, "max_steps", "at least 1", MaxSteps ?? 0);
        Require(MaxExamplesPerEpoch is null or >= 1, "max_examples_per_epoch", "at least 1", MaxExamplesPerEpoch ?? 0);
        Require(BatchSize >= 1, "batch_size", "at least 1", BatchSize);
        Require(AccumulationSteps >= 1, "accumulation_steps", "at least 1", AccumulationSteps);
        Require(TokensPerMicroBatch >= 0, "tokens_per_micro_batch", "at least 0", TokensPerMicroBatch);
        Require(LearningRate > 0, "learning_rate", "above 0", LearningRate);
        Require(LearningRateSchedule.Names.Contains(Schedule), "schedule", "one of " + string.Join(", ", LearningRateSchedule.Names), Schedule);
        Require(WarmupRatio is >= 0 and <= 1, "warmup_ratio", "from 0 to 1", WarmupRatio);
        Require(WarmupSteps is null or >= 0, "warmup_steps", "at least 0", WarmupSteps ?? 0);
        Require(WeightDecay >= 0, "weight_decay", "at least 0", WeightDecay);
        Require(MaxGradNorm >= 0, "max_grad_norm", "at least 0", MaxGradNorm);
        Require(SaveSteps >= 0, "save_steps", "at least 0", SaveSteps);
        Require(SaveTotalLimit >= 1, "save_total_limit", "at least 1", SaveTotalLimit);
        Require(EvalSteps >= 0, "eval_steps", "at least 0", EvalSteps);
        Require(MaxDroppedShare is >= 0 and <= 1, "max_dropped_share", "from 0 to 1", MaxDroppedShare);
        return this;
    }

    private static void Require(bool holds, string name, string expected, object found)
    {
        if (!holds)
        {
            throw new PralineException(FormattableString.Invariant($"The setting {name} should be {expected}, found {found}."));
        }
    }
}
