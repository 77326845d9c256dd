using System.CommandLine;
using System.Globalization;
using Praline.Models.Checkpoints;
using Praline.Models.Language;
using Praline.Models.Verification;
using Praline.Torch;
using Praline.Training;
using Praline.Training.Lora;

namespace Praline.Cli.Commands;

/// <summary><c>praline verify CHECKPOINT</c>: a real checkpoint, with an adapter or without, against numbers that another library computed.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("checkpoint") { Description = "Folder with config.json, weights, inputs.safetensors and expected.safetensors (docs/checkpoints.md)." };
        var atol = new Option<double>("--atol") { Description = "Allowed absolute difference.", DefaultValueFactory = _ => 1e-4 };
        var rtol = new Option<double>("--rtol") { Description = "Allowed difference relative to the expected number, on top.", DefaultValueFactory = _ => 1e-4 };
        var byNorm = new Option<bool>("--by-norm") { Description = "Compare tensors as wholes, ‖difference‖ ≤ rtol·‖expected‖: for 16-bit types." };
        var numbers = new Option<string?>("--numbers") { Description = "Folder of inputs.safetensors and expected.safetensors. Default: the checkpoint's." };
        var ratio = new Option<double?>("--token-kept-ratio") { Description = "AuroraCap: the share of visual tokens that the numbers are for." };
        var model = new ModelOptions();
        var command = new Command("verify", "Compare a checkpoint with reference numbers that lie beside it.")
        {
            folder, numbers, model.Adapter, atol, rtol, byNorm, ratio, model.Device, model.DType, model.Threads,
        };
        command.SetAction(parsed =>
        {
            var device = model.Prepare(parsed);
            var adapter = parsed.GetValue(model.Adapter);
            return Print(CheckpointVerifier.Verify(parsed.GetValue(folder)!, new VerificationOptions
            {
                Numbers = parsed.GetValue(numbers),
                OnLanguage = adapter is null ? null : language => LoraAdapter.Load(language.Store, adapter, dtype: TypeBeside(language)),
                OnVisionLanguage = adapter is null ? null : whole => TrainedParts.Load(whole, adapter, dtype: TypeBeside(whole.Language)),
                Atol = parsed.GetValue(atol),
                Rtol = parsed.GetValue(rtol),
                ByNorm = parsed.GetValue(byNorm),
                Load = new LoadOptions
                {
                    Device = device,
                    DType = model.DTypeOf(parsed, device),
                    TokenKeptRatio = parsed.GetValue(ratio),
                    Progress = LoadView.For(parsed.GetValue(folder)!),
                },
            }));
        });
        return command;
    }

    /// <summary>Adapters compute in single precision beside weights of 16 bits.</summary>
    private static DType TypeBeside(LlamaModel language) => language.DType == DType.Float64 ? DType.Float64 : DType.Float32;

    private static int Print(IReadOnlyList<VerifiedQuantity> quantities)
    {
        var width = quantities.Max(quantity => quantity.Name.Length) + 2;
        foreach (var quantity in quantities)
        {
            var difference = quantity is { LargestDifference: { } number, Note: null }
                ? string.Create(CultureInfo.InvariantCulture, $"largest difference {number:0.00e+00} (allowed {quantity.Tolerance})")
                : quantity.Note;
            Console.WriteLine($"{quantity.Name.PadRight(width)}{(quantity.Holds ? "ok    " : quantity.LargestDifference is null ? "–     " : "WRONG ")}{difference}");
        }

        var (held, compared) = (quantities.Count(q => q.Holds), quantities.Count(q => q.LargestDifference is not null || q.Tolerance.Length > 0));
        Console.WriteLine($"{held} of {compared} compared quantities hold, {quantities.Count - compared} not compared");
        return held == compared && compared > 0 ? Host.Success : Host.Failure;
    }
}
