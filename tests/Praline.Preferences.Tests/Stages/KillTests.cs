using System.Diagnostics;
using System.Text.Json;
using Microsoft.Data.Sqlite;

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

            // Longer and longer, so that it comes to its end on a busy machine too.
            if (!worker.WaitForExit(random.Next(150, 700 + 80 * start)))
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

    // Paid answers: what was stored before a kill is not asked again, and not more is lost than was on its way.
    [Fact]
    public async Task Killed_judging_repeats_no_paid_call()
    {
        using var folder = new TempFolder();
        FactVideo.WriteFolder(folder["videos"], 16);
        using var server = new FakeEndpoint(r => JudgeAnswers.Sensible(r) with { Delay = TimeSpan.FromMilliseconds(60) });
        var stored = new HashSet<string>();
        var kills = 0;
        for (var start = 0; ; start++)
        {
            Assert.True(start < 100, "The worker never came to its end.");
            var before = server.Log.Count;
            using var worker = StartWorker("build", folder["videos"], folder["killed"], "0", server.Url);
            while (!worker.HasExited && server.Log.Count < before + 60)
            {
                await Task.Delay(10);
            }

            var killed = !worker.HasExited;
            worker.Kill();
            await worker.WaitForExitAsync();
            Assert.True(killed || worker.ExitCode == 0, $"The worker ended with {worker.ExitCode}.");
            var asked = server.Log.Skip(before).Select(r => r.LastMessage).ToList();
            Assert.DoesNotContain(asked, stored.Contains);
            var now = StoredQuestions(new DataFiles(folder["killed"]).Judgements);
            Assert.InRange(asked.Count - (now.Count - stored.Count), 0, 32);
            stored = now;
            if (!killed)
            {
                break;
            }

            kills++;
        }

        Assert.True(kills > 2, $"{kills} kills");
        using var judge = new EndpointJudge(server.Url, folder["whole"]);
        await Builders.Facts(judge: judge.Judge).RunAsync(folder["videos"], VideoFolder.Scan(folder["videos"]), folder["whole"], new StageRunOptions());
        Assert.Equal(Builders.Read(folder["whole"]), Builders.Read(folder["killed"]));
    }

    private static HashSet<string> StoredQuestions(string path)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT request FROM answers";
        using var rows = command.ExecuteReader();
        var questions = new HashSet<string>();
        while (rows.Read())
        {
            var messages = JsonDocument.Parse(rows.GetString(0)).RootElement.GetProperty("messages");
            Assert.True(questions.Add(messages.EnumerateArray().Last().GetProperty("content").GetString()!));
        }

        return questions;
    }

    private static Process StartWorker(params string[] arguments) => Start(Command(arguments)[0], Command(arguments)[1..]);

    private static string[] Command(params string[] arguments) =>
        [Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet",
            typeof(Worker).Assembly.Location, .. arguments];

    private static Process Start(string program, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
}
