using System.CommandLine;
using System.Runtime.InteropServices;
using Praline.Torch;
using Praline.Torch.Distributed;

namespace Praline.Cli.Commands;

/// <summary><c>praline doctor</c>: what was found, why it was chosen, and how to mend what is missing.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = new Command("doctor", "Print what Praline found on this machine, why it was chosen, and how to mend what is missing.");
        command.SetAction(_ => Run());
        return command;
    }

    private static int Run()
    {
        var report = new DoctorReport();
        report.Add(".NET", RuntimeInformation.FrameworkDescription, RuntimeInformation.RuntimeIdentifier);
        report.Add("processors", Environment.ProcessorCount.ToString(), "as many threads as this process may use");
        report.Try("libtorch", () => (TorchRuntime.Version, $"{TorchRuntime.LibraryPath} ({Why(TorchRuntime.LibraryOrigin)})"),
            "install libtorch-dev, or set LIBTORCH to a libtorch folder, or install the Python package torch; then run ./praline again");
        report.Try("native part", () => (Path.GetFileName(TorchRuntime.NativePath!), TorchRuntime.NativePath!), "scripts/build builds it");
        report.Try("BLAS", () => Blas(), "install libopenblas0-openmp; then run ./praline again");
        report.Try("threads", () => (TorchRuntime.Threads.ToString(), "libtorch's own default; praline sets --threads explicitly"), "");
        Gpus(report);
        report.Try("several processes", () => (
            string.Join(", ", Enum.GetValues<DistributedBackend>().Where(DistributedBackends.IsAvailable).Select(b => b.ToString()).DefaultIfEmpty("no")),
            "--nproc and launchers (docs/distributed.md); Gloo on Debian needs libgloo-dev when the native part is built"), "");
        report.Try("FFmpeg", () => (Media.MediaRuntime.Versions, Media.MediaRuntime.NativePath),
            "install libavformat-dev libavcodec-dev libswscale-dev libavutil-dev; then run ./praline again");
        Ui.Out.Write(report.ToTable());
        return report.Failures == 0 ? Host.Success : Host.Failure;
    }

    private static void Gpus(DoctorReport report)
    {
        const string remedy = "nvidia-smi says whether the driver sees the GPU; its CUDA must be at least libtorch's";
        report.Try("CUDA", () =>
        {
            var count = TorchRuntime.CudaDeviceCount;
            var allocator = Environment.GetEnvironmentVariable("PYTORCH_CUDA_ALLOC_CONF") ?? Environment.GetEnvironmentVariable("PYTORCH_ALLOC_CONF");
            return count == 0
                ? ("no device", "everything runs on the CPU")
                : ($"{count} device(s)", $"--device cuda uses them; allocator: {allocator ?? "its defaults (PYTORCH_CUDA_ALLOC_CONF)"}");
        }, remedy);
        report.Try("GPUs", () =>
        {
            var all = CudaDevice.All();
            return all.Count == 0 ? ("none", "") : (string.Join("\n", all.Select(Describe)), string.Join("\n", all.Select(Explain)));
        }, remedy);

        static string Describe(CudaDevice gpu) => FormattableString.Invariant($"cuda:{gpu.Index} {gpu.Name}, {gpu.MemoryBytes / 1073741824.0:0.#} GiB");

        static string Explain(CudaDevice gpu) =>
            $"compute capability {gpu.Capability}, the driver knows CUDA {gpu.DriverVersion}; "
            + (gpu.HasBFloat16 ? "bfloat16 and flash attention" : "no bfloat16: use --dtype float16 or float32");
    }

    private static string Why(string origin) => origin switch
    {
        "LIBTORCH" => "named by $LIBTORCH",
        "system" => "the system's, because $LIBTORCH is not set",
        _ => "inside the Python package torch, because $LIBTORCH is not set and the system has none",
    };

    private static (string Found, string Detail) Blas()
    {
        // What libtorch was built with says little: Debian's calls whatever library the system's alternatives choose.
        string[] known = ["openblas", "libmkl", "libblis", "libblas"];
        var maps = File.Exists("/proc/self/maps") ? File.ReadAllLines("/proc/self/maps") : [];
        foreach (var name in known)
        {
            if (maps.FirstOrDefault(line => line.Contains(name, StringComparison.Ordinal)) is { } line)
            {
                var path = line[line.IndexOf('/')..];
                return name == "libblas"
                    ? throw new InvalidOperationException($"only the reference BLAS was found ({path}), which is tens of times slower")
                    : (name, path.Contains("openblas-pthread", StringComparison.Ordinal)
                        ? $"{path}: its threads fight libtorch's; install libopenblas0-openmp, then scripts/build"
                        : path);
            }
        }

        return ("libtorch's own", "");
    }
}
