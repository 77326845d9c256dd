using System.Diagnostics;

namespace Praline.Preferences.Tests;

/// <summary>Real processes, really killed.</summary>
public class KillTests
{
    [Fact]
    public async Task Killed_again_and_again_ends_with_the_same_files()
    {
        using var folder = new TempFolder();
        FactVideo.WriteFolder(folder["videos"], 12);
        File.WriteAllText(folder["videos", "broken.mp4"], "nothing");
        await Builders.Facts().RunAsync(folder["videos"], VideoFolder.Scan(folder["videos"]), folder["whole"], new StageRunOptions());

        var random = new Random(20);
        var kills = 0;
        for (var start = 0; ; start++)
        {
            Assert.True(start < 100, "The worker never came to its end.");
            using var worker = StartWorker("build", folder["videos"], folder["killed"], "25");
            if (!worker.WaitForExit(random.Next(150, 700)))
            {
                worker.Kill();
                await worker.WaitForExitAsync();
                kills++;
                continue;
            }

            Assert.Equal(0, worker.ExitCode);
            break;
        }

        Assert.True(kills > 0, "The worker was never killed: make it slower.");
        Assert.Equal(Builders.Read(folder["whole"]), Builders.Read(folder["killed"]));
    }

    [Fact]
    public async Task Full_disk_ends_in_a_clear_message_and_the_next_start_goes_on()
    {
        using var folder = new TempFolder();
        FactVideo.WriteFolder(folder["videos"], 12);
        await Builders.Facts().RunAsync(folder["videos"], VideoFolder.Scan(folder["videos"]), folder["whole"], new StageRunOptions());

        // A limit on file size is what a full disk is to a writer: the write ends short, with an error.
        using var limited = Start(
            "bash", ["-c", "ulimit -f 8; export DOTNET_EnableWriteXorExecute=0 DOTNET_EnableDiagnostics=0; trap '' XFSZ; exec \"$@\"", "bash", .. Command("build", folder["videos"], folder["full"], "0")]);
        await limited.WaitForExitAsync();
        var error = await limited.StandardError.ReadToEndAsync();
        Assert.Equal(1, limited.ExitCode);
        Assert.Contains("full", error, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("start the same command again", error);

        using var second = StartWorker("build", folder["videos"], folder["full"], "0");
        await second.WaitForExitAsync();
        Assert.Equal(0, second.ExitCode);
        Assert.Equal(Builders.Read(folder["whole"]), Builders.Read(folder["full"]));
    }

    private static Process StartWorker(params string[] arguments) => Start(Command(arguments)[0], Command(arguments)[1..]);

    private static string[] Command(params string[] arguments) =>
        [Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet",
            typeof(Worker).Assembly.Location, .. arguments];

    private static Process Start(string program, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
}
