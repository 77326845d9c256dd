using Praline.Models.Multimodal;
using Praline.Torch;
using Praline.Training.Data;
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
    /// <exception cref="PralineException">A mistake that the user can mend.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static TrainSummary Run(TrainOptions options, IProgress<TrainProgress>? progress = null, CancellationToken cancellation = default)
    {
        options.Loop.Validated();
        var run = new RunFolder(options.ModelDir);
        run.Claim(SettingsOf(options));
        if (run.IsFinished)
        {
            return run.ReadSummary<TrainSummary>();
        }

        if (options.Threads > 0)
        {
            TorchRuntime.Threads = options.Threads;
        }

        using var model = ModelSetup.Load(options);
        using var trained = ModelSetup.Prepare(model, options);
        var task = BuildTask(options, model, trained, progress, cancellation);
        using var trainer = new Trainer(task, options.Loop, run, progress);
        return trainer.Run(cancellation);
    }

    private static ITrainingTask BuildTask(
        TrainOptions options, VisionLanguageModel model, TrainedModel trained, IProgress<TrainProgress>? progress, CancellationToken cancellation)
    {
        var examples = new ExampleBuilder(options, model, trained, progress, cancellation);
        return options.Method switch
        {
            "sft" => new SupervisedTask(trained, examples.Supervised(options.DatasetPath), options.EvalDatasetPath is { } held ? examples.Supervised(held) : null),
            _ => throw new PralineException($"There is no training method '{options.Method}'."),
        };
    }

    /// <summary>The settings in force, flat, by their names in configs.</summary>
    private static Dictionary<string, object?> SettingsOf(TrainOptions options) => Configuration.FlatSettings.Of(options);
}
