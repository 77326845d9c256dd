using Praline.Torch;

namespace Praline.Training.Engine;

/// <summary>Where a run is: the numbers that, with the weights and the optimizer, say how it goes on.</summary>
public sealed record TrainingState
{
    /// <summary>Optimizer steps done.</summary>
    public int Step { get; init; }

    /// <summary>Examples of the data set, whose order the step's number stands for; null where it was not noted.</summary>
    public int? Examples { get; init; }

    /// <summary>Micro-batches computed.</summary>
    public long MicroBatches { get; init; }

    /// <summary>Micro-batches that were dropped because of NaN or infinite values.</summary>
    public long Dropped { get; init; }

    /// <summary>Tokens computed.</summary>
    public long Tokens { get; init; }

    /// <summary>Seconds spent in steps, in this process and those before it. Not part of what a resumed run repeats.</summary>
    public double Seconds { get; init; }

    /// <summary>Best value of the evaluation's deciding metric so far, or null.</summary>
    public double? BestScore { get; init; }

    /// <summary>The step after which it was measured.</summary>
    public int? BestStep { get; init; }

    /// <summary>True while what follows the last step (evaluation, export) is not done.</summary>
    public bool IsOpen { get; init; }

    /// <summary>Lengths in bytes of the run's log files at this point.</summary>
    public IReadOnlyDictionary<string, long> LogOffsets { get; init; } = new Dictionary<string, long>();

    /// <summary>State of the objective (running means).</summary>
    public IReadOnlyDictionary<string, double> Objective { get; init; } = new Dictionary<string, double>();

    /// <summary>Refuses to go on with another data set.</summary>
    /// <param name="count">How many examples there are now.</param>
    /// <param name="run">The run's folder, for the message.</param>
    /// <exception cref="PralineException">The run began with another number.</exception>
    internal void RequireExamples(int count, string run)
    {
        if ((Examples ?? count) != count)
        {
            throw new PralineException(
                $"{run} was trained on {Examples} examples up to step {Step}, now there are {count}: the data set is another, or is read otherwise. "
                + "Give the data that the run began with, or another output folder.");
        }
    }
}
