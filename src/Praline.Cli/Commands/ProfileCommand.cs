using System.CommandLine;
using Praline.Cli.Training;

namespace Praline.Cli.Commands;

/// <summary>
/// <c>praline profile METHOD</c>: a training that also measures, per step, the gradients of the chosen and of the rejected reward by themselves
/// (SynPO's <c>train_synpo_check.py</c> and <c>train_dpo_check.py</c>). <c>praline plot</c> draws them.
/// </summary>
internal static class ProfileCommand
{
    public static Command Create()
    {
        var command = new Command("profile", "Train and log the rewards and gradient norms of both sides of the pairs (the papers' figures).");
        var settings = new TrainingSettings(command);
        command.SetAction((parsed, cancellation) =>
        {
            // One pair at a time, and as many of them in a step as a training would take.
            var options = settings.Read(parsed);
            var loop = options.Loop with { BatchSize = 1, AccumulationSteps = options.Loop.BatchSize * options.Loop.AccumulationSteps, TokensPerMicroBatch = 0 };
            return Task.FromResult(TrainCommand.Run(options with { Profile = true, Loop = loop }, cancellation));
        });
        return command;
    }
}
