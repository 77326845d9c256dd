using System.CommandLine;
using Praline.Cli.Demo;
using Praline.Torch;

namespace Praline.Cli.Commands;

/// <summary><c>praline demo macaroon</c>: the whole of MACAROON on the small world, in minutes.</summary>
internal static class MacaroonDemoCommand
{
    public static Command Create()
    {
        var quick = new Option<bool>("--quick") { Description = "A few images: everything runs, nothing can be concluded." };
        var output = new Option<string>("--out") { Description = "Folder for everything the demo makes.", DefaultValueFactory = _ => Path.Combine("out", "demo-macaroon") };
        var command = new Command("macaroon", "Run the whole of MACAROON on images of shapes: self-imagination, five trainings, PIE, report.") { quick, output };
        command.SetAction(async (parsed, cancellation) =>
        {
            TorchRuntime.Threads = 1; // several models side by side instead, as the small model is too small for two threads
            var folder = Path.GetFullPath(parsed.GetValue(output)!);
            var report = await new MacaroonDemo(parsed.GetValue(quick) ? MacaroonDemoOptions.Quick : new MacaroonDemoOptions(), folder).RunAsync(cancellation);
            Ui.Note($"Everything is in {folder}");
            Console.WriteLine(report);
            return Host.Success;
        });
        return command;
    }
}
