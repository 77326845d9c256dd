using Praline.Torch;
using Praline.Torch.Distributed;
using Praline.Training.Configuration;
using Praline.Training.Engine;
using Praline.Training.Runs;
using Praline.Training.Tasks;

namespace Praline.Training;

/// <summary>A training from its options to its result: what <c>praline train</c> calls.</summary>
public static class TrainingSession
{
    /// <summary>
    /// Checks the options and the whole data set, trains, and writes the run's folder. A run that was interrupted goes on where it was;
    /// one that is done is only reported.
    /// </summary>
    /// <param name="options">What to do.</param>
    /// <param name="progress">Hears what happens.</param>
    /// <param name="cancellation">Stops the run after the step at hand, with a checkpoint.</param>
    /// <param name="world">The processes that train together, each of which calls this with the same options; null for this one alone.</param>
    /// <exception cref="PralineException">A mistake that the user can mend.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static TrainSummary Run(
        TrainOptions options, IProgress<TrainProgress>? progress = null, CancellationToken cancellation = default, World? world = null)
    {
        world ??= World.Single;
        options.Loop.Validated();
        options.Frames.Validate();
        options.Lora.Validated("The settings of the run");
        var run = new RunFolder(options.ModelDir);
        using var claim = world.IsMain ? FolderLock.Take(run.Root) : null;
        if (world.IsMain)
        {
            run.Claim(FlatSettings.Of(options));
        }

        if (world.FromMain(run.IsFinished ? run.ReadSummary<TrainSummary>() : null) is { } done)
        {
            return done;
        }

        if (options.Threads > 0)
        {
            TorchRuntime.Threads = options.Threads;
        }

        using var model = ModelSetup.Load(options);
        using var trained = ModelSetup.Prepare(model, options, world);
        var task = new TaskBuilder(options, model, trained, run, progress, cancellation).Build();
        using var trainer = new Trainer(task, options.Loop, run, progress, world);
        return trainer.Run(cancellation);
    }
}
