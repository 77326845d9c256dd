using System.CommandLine;
using Praline.Cli.Distributed;
using Praline.Cli.Training;

namespace Praline.Cli.Commands;

/// <summary>
/// <c>praline profile METHOD</c>: a training that also measures, per step, the gradients of the chosen and of the rejected reward by themselves
/// (SynPO's <c>train_synpo_check.py</c> and <c>train_dpo_check.py</c>). <c>praline plot</c> draws them.
/// </summary>
internal static class ProfileCommand
{
    public static Command Create(string? method = null)
    {
        var command = new Command("profile", "Train, by any method, and log the rewards and gradient norms of both sides, chosen and rejected (the papers' figures).");
        var settings = new TrainingSettings(command, method);
        var launch = new LaunchOptions(command);
        command.SetAction((parsed, cancellation) =>
        {
            var options = settings.Read(parsed).Profiled();
            return launch.RunAsync(parsed, () => options.ModelDir, () => Task.FromResult(TrainCommand.Run(options, cancellation)), cancellation);
        });
        return command;
    }
}
