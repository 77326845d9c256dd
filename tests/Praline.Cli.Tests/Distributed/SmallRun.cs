using System.Diagnostics;
using System.Text.Json;
using Praline.Torch;
using Praline.Torch.Serialization;

namespace Praline.Cli.Tests.Distributed;

/// <summary>A training of seconds, in a folder of its own, by any number of processes.</summary>
internal sealed class SmallRun : IDisposable
{
    public SmallRun() => Data = SmallPairs.Write(Folder, 6);

    public string Folder { get; } = Directory.CreateTempSubdirectory("praline-ranks-").FullName;

    /// <summary>The options that name the data.</summary>
    public string[] Data { get; }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    public string Path(params string[] parts) => System.IO.Path.Combine([Folder, .. parts]);

    /// <summary>Twelve steps of four of six examples, with dropout, a checkpoint after every one.</summary>
    public string[] Train(string name, int processes, params string[] more) =>
    [
        "train", "--model", "small-captioner", "synpo", .. Data, "--out", Path(name), "--num-epochs", "6", "--accumulation-steps", "4", "--lora-r", "4", "--lora-alpha", "8", "--lora-dropout", "0.1",
        "--lr", "1e-4", "--save-steps", "1", "--nproc", $"{processes}", .. more,
    ];

    /// <summary>Six steps of four of six examples that train the whole language model, a checkpoint after every one.</summary>
    public string[] TrainWhole(string name, int processes, params string[] more) =>
    [
        "train", "--model", "small-captioner", "synpo", .. Data, "--out", Path(name), "--train", "language", "--num-epochs", "3", "--accumulation-steps", "4", "--lr", "1e-4",
        "--save-steps", "1", "--nproc", $"{processes}", .. more,
    ];

    public void Succeed(params string[] arguments)
    {
        var (exitCode, _, error) = PralineProcess.Run(arguments);
        Assert.True(exitCode == 0, $"{string.Join(' ', arguments)}\n{error}\n{string.Join('\n', Logs())}");
    }

    /// <summary>The largest difference between the adapters (or another file's tensors) of two runs.</summary>
    public double Difference(string one, string other, string file = "epoch6/adapter_model.safetensors")
    {
        using var scope = new TensorScope();
        var (first, second) = (SafetensorsFile.Load(Path(one, file)), SafetensorsFile.Load(Path(other, file)));
        Assert.Equal(first.Keys.Order(StringComparer.Ordinal), second.Keys.Order(StringComparer.Ordinal));
        return first.Max(t => t.Value.ToArray<float>().Zip(second[t.Key].ToArray<float>(), (a, b) => Math.Abs(a - b)).Max());
    }

    public byte[] Bytes(string run, string file = "epoch6/adapter_model.safetensors") => File.ReadAllBytes(Path(run, file));

    /// <summary>The numbers of every line that a run has logged.</summary>
    public Dictionary<string, double>[] Logged(string run) =>
    [
        .. File.ReadLines(Path(run, "metrics.jsonl")).Select(line => JsonDocument.Parse(line).RootElement.EnumerateObject()
            .Where(p => p.Value.ValueKind == JsonValueKind.Number).ToDictionary(p => p.Name, p => p.Value.GetDouble())),
    ];

    public int Steps(string run)
    {
        var metrics = Path(run, "metrics.jsonl");
        if (!File.Exists(metrics))
        {
            return 0;
        }

        using var reader = new StreamReader(new FileStream(metrics, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return reader.ReadToEnd().Split('\n').Count(line => line.Contains("\"loss\"", StringComparison.Ordinal));
    }

    /// <summary>
    /// Starts a run, sends a signal to one of its ranks when it has logged a step, and waits for the end.
    /// </summary>
    public (int ExitCode, string Error, TimeSpan After) Disturb(string run, int step, int rank, string signal, string[] arguments)
    {
        using var process = PralineProcess.Start(arguments);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        while (Steps(run) < step && !process.WaitForExit(TimeSpan.FromMilliseconds(5)))
        {
        }

        var clock = Stopwatch.StartNew();
        Process.Start("kill", [$"-{signal}", $"{RankOf(process, rank)}"]).WaitForExit();
        process.WaitForExit();
        _ = output.Result;
        return (process.ExitCode, error.Result, clock.Elapsed);
    }

    /// <summary>The process of a rank, among the children of a launcher.</summary>
    private static int RankOf(Process launcher, int rank) => Directory.GetDirectories("/proc")
        .Select(folder => int.TryParse(System.IO.Path.GetFileName(folder), out var pid) ? pid : 0)
        .Single(pid => pid > 0 && IsChild(pid, launcher.Id) && Variables(pid).Contains($"RANK={rank}"));

    private static bool IsChild(int pid, int parent)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/stat").Split(") ")[^1].Split(' ')[1] == $"{parent}";
        }
        catch (IOException)
        {
            return false; // it has just ended
        }
    }

    private static string[] Variables(int pid) => File.ReadAllText($"/proc/{pid}/environ").Split('\0');

    private IEnumerable<string> Logs() => Directory.GetFiles(Folder, "rank-*.log", SearchOption.AllDirectories).Select(log => $"{log}:\n{File.ReadAllText(log)}");
}
