using System.Diagnostics;

namespace Praline.Cli.Tests;

/// <summary>Ctrl-C, SIGTERM, and what a batch system sends: the step is finished, a checkpoint written, and the resumed run ends with the same bytes.</summary>
public sealed class InterruptedTrainTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("praline-interrupted-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("train", "INT", 130, 1)]
    [InlineData("train", "TERM", 143, 1)]
    [InlineData("profile", "TERM", 143, 1)]
    [InlineData("train", "INT", 130, 2)]
    [InlineData("train", "TERM", 143, 2)]
    public void A_signal_leaves_a_checkpoint_of_the_last_step(string command, string signal, int expected, int processes)
    {
        string[] data = SmallPairs.Write(_folder, 6);
        string[] Arguments(string name) =>
        [
            command, "synpo", "--model", "small-captioner", .. data, "--out", Path.Combine(_folder, name), "--num-epochs", "5", "--accumulation-steps", "2", "--lora-r", "4", "--lr", "1e-3",
            "--lora-dropout", "0.1", "--save-steps", "0", "--nproc", $"{processes}", "--eval-split", "0.34", "--eval-steps", "1",
        ];
        var whole = PralineProcess.Run(Arguments("whole"));
        Assert.True(whole.ExitCode == 0, whole.Error);

        for (var (after, times) = (1, 0); ; times++)
        {
            var (exitCode, error) = Interrupt(Arguments("broken"), signal, after, processes > 1 && signal == "INT");
            if (exitCode == 0)
            {
                Assert.True(times > 0, "the run was never interrupted");
                break;
            }

            Assert.True(exitCode == expected, $"{exitCode}: {error}");
            Assert.Contains("Rerun the same command to resume", error);
            Assert.Contains("a checkpoint was written", error);
            Assert.DoesNotContain("   at ", error);
            var newest = Directory.GetDirectories(Path.Combine(_folder, "broken", "checkpoints"), "step-*").Max(StringComparer.Ordinal)!;
            after = int.Parse(Path.GetFileName(newest)["step-".Length..], System.Globalization.CultureInfo.InvariantCulture) + 4;
            Assert.True(after > 4, "no step is kept");
        }

        foreach (var file in (string[])["metrics.jsonl", "epoch5/adapter_model.safetensors", "best/adapter_model.safetensors"])
        {
            Assert.True(File.ReadAllBytes(Path.Combine(_folder, "whole", file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(_folder, "broken", file))), file);
        }
    }

    [Fact]
    public async Task A_second_signal_ends_at_once()
    {
        string[] data = SmallPairs.Write(_folder, 3);
        using var process = PralineProcess.Start(
            ["train", "synpo", "--model", "small-captioner", .. data, "--out", Path.Combine(_folder, "run"), "--num-epochs", "1000", "--accumulation-steps", "3", "--nproc", "2", "--grace", "60"]);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        WaitForStep(process, "run", 1);
        var children = Children(process.Id);
        Assert.Equal(2, children.Count);
        children.ForEach(child => Signal("STOP", child)); // a step that never ends
        Signal("INT", process.Id);
        Assert.False(process.WaitForExit(TimeSpan.FromSeconds(2)), "it should have waited for the step");
        Signal("INT", process.Id);
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(5)), "it should have ended at once");
        Assert.Equal(130, process.ExitCode);
        Assert.Contains("stopped at once", await error);
        Assert.All(children, child => Assert.True(SpinWait.SpinUntil(() => !IsAlive(child), TimeSpan.FromSeconds(5)), $"process {child} was left behind"));
    }

    [Fact]
    public async Task The_grace_ends_what_does_not_end()
    {
        string[] data = SmallPairs.Write(_folder, 3);
        using var process = PralineProcess.Start(
            ["train", "synpo", "--model", "small-captioner", .. data, "--out", Path.Combine(_folder, "run"), "--num-epochs", "1000", "--accumulation-steps", "3", "--nproc", "2", "--grace", "1"]);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        WaitForStep(process, "run", 1);
        var children = Children(process.Id);
        children.ForEach(child => Signal("STOP", child));
        Signal("TERM", process.Id);
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(15)));
        Assert.Equal(143, process.ExitCode);
        Assert.Contains("--grace", await error);
        Assert.All(children, child => Assert.True(SpinWait.SpinUntil(() => !IsAlive(child), TimeSpan.FromSeconds(5)), $"process {child} was left behind"));
    }

    [Fact]
    public async Task Two_trainings_do_not_write_one_folder()
    {
        string[] data = SmallPairs.Write(_folder, 3);
        string[] arguments = ["train", "synpo", "--model", "small-captioner", .. data, "--out", Path.Combine(_folder, "run"), "--num-epochs", "1000", "--accumulation-steps", "3"];
        using var first = PralineProcess.Start(arguments);
        var error = first.StandardError.ReadToEndAsync();
        WaitForStep(first, "run", 1);
        var second = PralineProcess.Run(arguments);
        Assert.Equal(1, second.ExitCode);
        Assert.Contains($"in use by process {first.Id}", second.Error);
        Signal("TERM", first.Id);
        first.WaitForExit();
        Assert.True(first.ExitCode == 143, await error);
    }

    private (int ExitCode, string Error) Interrupt(string[] arguments, string signal, int step, bool wholeGroup)
    {
        using var process = PralineProcess.Start(arguments);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        WaitForStep(process, "broken", step);
        if (wholeGroup)
        {
            Children(process.Id).ForEach(child => Signal(signal, child)); // what a terminal does: everybody gets it
        }

        Signal(signal, process.Id);
        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(1)), "it did not end");
        _ = output.Result;
        return (process.ExitCode, error.Result);
    }

    private void WaitForStep(Process process, string run, int step)
    {
        var metrics = Path.Combine(_folder, run, "metrics.jsonl");
        while (!process.WaitForExit(TimeSpan.FromMilliseconds(2)) && Steps(metrics) < step)
        {
        }
    }

    private static int Steps(string metrics)
    {
        if (!File.Exists(metrics))
        {
            return 0;
        }

        using var reader = new StreamReader(new FileStream(metrics, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return reader.ReadToEnd().Split('\n').Count(line => line.Contains("\"loss\"", StringComparison.Ordinal));
    }

    private static void Signal(string signal, int process)
    {
        using var kill = Process.Start(new ProcessStartInfo("kill", [$"-{signal}", $"{process}"]) { RedirectStandardError = true })!;
        kill.WaitForExit();
    }

    private static List<int> Children(int parent) =>
        [.. Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(n => int.TryParse(n, out _)).Select(n => int.Parse(n!, System.Globalization.CultureInfo.InvariantCulture)).Where(id => ParentOf(id) == parent)];

    private static bool IsAlive(int process) => ParentOf(process) is not null;

    private static int? ParentOf(int process)
    {
        try
        {
            var fields = File.ReadAllText($"/proc/{process}/stat").Split(") ")[^1].Split(' ');
            return fields[0] == "Z" ? null : int.Parse(fields[1], System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
