using System.CommandLine;
using Praline.Cli.Distributed;
using Praline.Cli.Training;
using Praline.Torch;
using Praline.Torch.Distributed;
using Praline.Training;

namespace Praline.Cli.Commands;

/// <summary><c>praline train METHOD</c>: supervised or preference training. Stop it at any moment; run again, it goes on.</summary>
internal static class TrainCommand
{
    public static Command Create(string? method = null)
    {
        var command = new Command("train", "Train on questions and answers (sft) or on preference pairs (synpo, dpo, …).");
        var settings = new TrainingSettings(command, method);
        var launch = new LaunchOptions(command);
        command.SetAction((parsed, cancellation) =>
        {
            var options = settings.Read(parsed);
            return launch.RunAsync(parsed, () => options.ModelDir, () => Task.FromResult(Run(options, cancellation)), cancellation);
        });
        return command;
    }

    /// <summary>Trains with a live view, with the other ranks when a launcher started several; the folder of the result goes to stdout.</summary>
    internal static int Run(TrainOptions options, CancellationToken cancellation)
    {
        return World.Run(Device.Parse(options.Device), world =>
        {
            var summary = LaunchOptions.Shows(world)
                ? TrainView.Watch(view => TrainingSession.Run(options, view, cancellation, world))
                : TrainingSession.Run(options, null, cancellation, world);
            if (world.IsMain)
            {
                Console.WriteLine(summary.Result);
            }

            return Host.Success;
        });
    }
}
