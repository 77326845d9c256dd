using System.CommandLine;
using Praline.Cli.Distributed;
using Praline.Torch;

namespace Praline.Cli;

/// <summary>The options of every command that loads a model.</summary>
internal sealed class ModelOptions
{
    public Option<string?> Model { get; } = new("--model", "--pretrained-pth")
    {
        Description = $"Folder of a Hugging Face checkpoint, or {string.Join(" or ", ShippedFiles.Models)}, which ship with Praline.",
    };

    public Option<string?> Adapter { get; } = new("--adapter")
    {
        Description = "Folder of a PEFT adapter to put on the model.",
    };

    public Option<string> Device { get; } = new("--device")
    {
        Description = "cpu, cuda or cuda:N.",
        DefaultValueFactory = _ => "cpu",
    };

    public Option<string?> DType { get; } = new("--dtype")
    {
        Description = "float32, bfloat16 or float16. Default: float32 on the CPU, the checkpoint's own type on a GPU.",
    };

    public Option<int?> Threads { get; } = new("--threads")
    {
        Description = "Threads that an operator may use. Default: the processors of this machine.",
    };

    public Option<double> TokenKeptRatio { get; } = new("--token-kept-ratio")
    {
        Description = "Share of visual tokens that AuroraCap's merging keeps.",
        DefaultValueFactory = _ => 0.1,
    };

    public void AddTo(Command command)
    {
        command.Options.Add(Model);
        command.Options.Add(Adapter);
        command.Options.Add(Device);
        command.Options.Add(DType);
        command.Options.Add(Threads);
        command.Options.Add(TokenKeptRatio);
    }

    /// <summary>The folder that was named.</summary>
    /// <exception cref="PralineException">None was: a model is never chosen silently.</exception>
    public string ModelFolder(ParseResult parsed) => ShippedFiles.Model(parsed.GetValue(Model));

    /// <summary>Sets the thread count and returns the device.</summary>
    public Device Prepare(ParseResult parsed)
    {
        TorchRuntime.Threads = parsed.GetValue(Threads) ?? LaunchOptions.ThreadsPerProcess;
        var device = Torch.Device.Parse(parsed.GetValue(Device)!);
        CudaDevice.Require(device);
        return device;
    }

    /// <summary>The type to compute in; null is the checkpoint's own.</summary>
    public DType? DTypeOf(ParseResult parsed, Device device) => parsed.GetValue(DType) is { } name
        ? DTypes.Parse(name)
        : device.Type == DeviceType.Cpu ? Torch.DType.Float32 : null;
}
