using System.CommandLine;
using Praline.Cli.Training;
using Praline.Training;

namespace Praline.Cli.Commands;

/// <summary><c>praline train METHOD</c>: supervised or preference training. Stop it at any moment; run again, it goes on.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var command = new Command("train", "Train on questions and answers (sft) or on preference pairs (synpo, dpo, …).");
        var settings = new TrainingSettings(command);
        command.SetAction((parsed, cancellation) => Task.FromResult(Run(settings.Read(parsed), cancellation)));
        return command;
    }

    /// <summary>Trains with a live view; the folder of the result goes to stdout.</summary>
    internal static int Run(TrainOptions options, CancellationToken cancellation)
    {
        var summary = TrainView.Watch(view => TrainingSession.Run(options, view, cancellation));
        Console.WriteLine(summary.Result);
        return Host.Success;
    }
}
