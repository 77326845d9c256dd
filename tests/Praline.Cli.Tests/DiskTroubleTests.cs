using System.Diagnostics;
using Praline.Preferences.Tests;
using Praline.SmallWorld;

namespace Praline.Cli.Tests;

/// <summary>
/// Disks that are really full or read-only: small file systems in memory, mounted in a namespace of their own. Where that is not allowed (without root), the tests say so
/// and end; KillTests has the same with a limit on file size, which anybody may set.
/// </summary>
public sealed class DiskTroubleTests(ITestOutputHelper output) : IDisposable
{
    private static readonly string[] Files = ["clips.jsonl", "short_generation.jsonl", "long_generation.jsonl", "scores.jsonl", "pairs.jsonl"];
    private readonly string _folder = Directory.CreateTempSubdirectory("praline-disk-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_disk_that_is_full_or_read_only_ends_in_a_clear_message_and_the_next_start_goes_on()
    {
        Assert.SkipWhen(!MayMount(), "mounting a small file system needs root");

        SmallWorldData.WriteVideos(_folder, SmallWorldSplit.Preference, 2);
        using var server = new FakeEndpoint(JudgeAnswers.Sensible);
        var (exitCode, text, error) = PralineProcess.Run(Endpoint(server), Build("whole"));
        Assert.True(exitCode == 0, text + error);
        var calls = server.Log.Count;

        // Read-only first, then room for nothing, for some of the steps, for most of them, for all.
        string[] states = ["ro,size=64m", "rw,size=4k", "rw,size=16k", "rw,size=120k", "rw,size=64m"];
        var script = $"""
            mount -t tmpfs -o {states[0]} tmpfs "$1" || exit 99
            out="$1"; state="$2"; shift 2
            number=0
            for options in {string.Join(' ', states)}; do
                mount -o "remount,$options" tmpfs "$out" || exit 98
                "$@" > /dev/null 2> "$state/error$number"
                echo $? > "$state/code$number"
                number=$((number + 1))
            done
            cp -r "$out" "$state/files"
            """;
        Directory.CreateDirectory(At("small"));
        Directory.CreateDirectory(At("state"));
        var start = new ProcessStartInfo("unshare", ["-m", "bash", "-c", script, "bash", At("small"), At("state"), "dotnet", PralineProcess.Program, .. Build("small")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Endpoint(server))
        {
            start.Environment[name] = value;
        }

        (exitCode, text, error) = PralineProcess.ReadToEnd(Process.Start(start)!);
        Assert.True(exitCode == 0, $"{exitCode} {text} {error}");
        for (var i = 0; i < states.Length; i++)
        {
            var said = File.ReadAllText(At("state", $"error{i}"));
            output.WriteLine($"{states[i]}: {File.ReadAllText(At("state", $"code{i}")).Trim()}: {said.Split('\n').LastOrDefault(l => l.StartsWith("praline:", StringComparison.Ordinal))}");
            Assert.DoesNotContain("   at ", said);
            Assert.DoesNotContain("Unhandled", said);
        }

        Assert.Contains("Read-only", File.ReadAllText(At("state", "error0")), StringComparison.OrdinalIgnoreCase);
        foreach (var i in new[] { 1, 2 })
        {
            Assert.Equal("1", File.ReadAllText(At("state", $"code{i}")).Trim());
            Assert.Contains("full", File.ReadAllText(At("state", $"error{i}")));
            Assert.Contains("start the same command again", File.ReadAllText(At("state", $"error{i}")));
        }

        Assert.Equal("0", File.ReadAllText(At("state", $"code{states.Length - 1}")).Trim());
        foreach (var file in Files)
        {
            Assert.Equal(File.ReadAllBytes(At("whole", file)), File.ReadAllBytes(At("state", "files", file)));
        }

        output.WriteLine($"{calls} calls without trouble, {server.Log.Count - calls} with it");
    }

    private bool MayMount()
    {
        try
        {
            using var probe = Process.Start("unshare", ["-m", "mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", _folder])!;
            probe.WaitForExit();
            if (probe.ExitCode == 0)
            {
                return true;
            }
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // There is no such program.
        }

        output.WriteLine("Not run: this user may not mount file systems.");
        return false;
    }

    private static Dictionary<string, string> Endpoint(FakeEndpoint server) =>
        new() { ["API_URL"] = server.Url, ["API_KEY"] = "sk-very-secret", ["API_MODEL"] = "judge-model" };

    private string[] Build(string name) =>
    [
        "build", "--model", "small-captioner", "--videos", At("videos"), "--out", At(name), "--judge", "openai", "--judge-concurrency", "4", "--candidates", "4", "--max-new-tokens", "60", "--threads", "1",
    ];

    private string At(params string[] parts) => Path.Combine([_folder, .. parts]);
}
