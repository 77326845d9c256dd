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
        var command = new Command("demo", "Run the whole of SynPO on generated videos: pairs, training, evaluation, report.") { quick, output };
        command.Subcommands.Add(MacaroonDemoCommand.Create());
        command.SetAction(async (parsed, cancellation) =>
        {
            TorchRuntime.Threads = 1; // see CaptionDemo: several models side by side instead
            var folder = Path.GetFullPath(parsed.GetValue(output)!);
            var report = await new CaptionDemo(parsed.GetValue(quick) ? DemoOptions.Quick : new DemoOptions(), folder).RunAsync(cancellation);
            Ui.Note($"Everything is in {folder}");
            Console.WriteLine(report);
            return Host.Success;
        });
        return command;
    }
}
