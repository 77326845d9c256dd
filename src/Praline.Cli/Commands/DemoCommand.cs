using System.CommandLine;
using Praline.Cli.Demo;
using Praline.Torch;

namespace Praline.Cli.Commands;

/// <summary><c>praline demo</c>: the whole of SynPO on the small world, in minutes.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var quick = new Option<bool>("--quick") { Description = "A few videos and one seed: everything runs, nothing can be concluded." };
        var output = new Option<string>("--out") { Description = "Folder for everything the demo makes.", DefaultValueFactory = _ => Path.Combine("out", "demo") };
        var videos = new Option<int?>("--videos") { Description = "Videos that preference pairs are built from." };
        var heldOut = new Option<int?>("--held-out") { Description = "Videos that only evaluation sees." };
        var seeds = new Option<int?>("--seeds") { Description = "Trainings of each method." };
        var epochs = new Option<int?>("--num-epochs") { Description = "Passes over the pairs." };
        var rate = new Option<double?>("--lr") { Description = "Learning rate." };
        var command = new Command("demo", "Run the whole of SynPO on generated videos: pairs, training, evaluation, report.")
        {
            quick, output, videos, heldOut, seeds, epochs, rate,
        };
        command.Subcommands.Add(MacaroonDemoCommand.Create());
        command.SetAction(async (parsed, cancellation) =>
        {
            TorchRuntime.Threads = 1; // see CaptionDemo: several models side by side instead
            var folder = Path.GetFullPath(parsed.GetValue(output)!);
            var defaults = parsed.GetValue(quick) ? DemoOptions.Quick : new DemoOptions();
            var options = defaults with
            {
                PreferenceVideos = parsed.GetValue(videos) ?? defaults.PreferenceVideos,
                HeldOutVideos = parsed.GetValue(heldOut) ?? defaults.HeldOutVideos,
                Seeds = parsed.GetValue(seeds) ?? defaults.Seeds,
                Epochs = parsed.GetValue(epochs) ?? defaults.Epochs,
                LearningRate = parsed.GetValue(rate) ?? defaults.LearningRate,
            };
            var report = await new CaptionDemo(options, folder).RunAsync(cancellation);
            Ui.Note($"Everything is in {folder}");
            Console.WriteLine(report);
            return Host.Success;
        });
        return command;
    }
}
