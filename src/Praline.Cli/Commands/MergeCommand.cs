using System.CommandLine;
using Praline.Torch;
using Praline.Training;
using Praline.Training.Lora;

namespace Praline.Cli.Commands;

/// <summary><c>praline merge TRAINED --out FOLDER</c>: a checkpoint and what was trained beside it become one full checkpoint.</summary>
internal static class MergeCommand
{
    public static Command Create()
    {
        var trained = new Argument<string>("trained") { Description = "A run's epochN or best folder, or any PEFT adapter." };
        var model = new Option<string?>("--model", "--pretrained-pth") { Description = "The checkpoint that was trained on. Default: the one that the adapter names." };
        var output = new Option<string>("--out") { Description = "Folder of the full checkpoint.", Required = true };
        var dtype = new Option<string?>("--dtype", "--torch-dtype") { Description = "float32, bfloat16 or float16. Default: the checkpoint's." };
        var command = new Command("merge", "Write a full checkpoint from a base and a trained adapter.") { trained, model, output, dtype };
        command.SetAction(parsed =>
        {
            var folder = parsed.GetValue(trained)!;
            var type = parsed.GetValue(dtype) is { } name ? DTypes.Parse(name) : (DType?)null;
            MergeSession.Run(parsed.GetValue(model) ?? Base(folder), folder, parsed.GetValue(output)!, type);
            Console.WriteLine(parsed.GetValue(output));
            return Host.Success;
        });
        return command;
    }

    private static string Base(string folder) =>
        File.Exists(Path.Combine(folder, "adapter_config.json")) && LoraConfig.Read(folder).BaseModelNameOrPath is { } named && Directory.Exists(named)
        ? named
        : throw new PralineException($"{folder} does not name its checkpoint, or it is not there: give it with --model.");
}
