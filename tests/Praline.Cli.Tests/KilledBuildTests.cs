using Praline.SmallWorld;
using Xunit.Abstractions;

namespace Praline.Cli.Tests;

/// <summary>Real kills: <c>praline build</c> is killed at random moments, run again, and must end with the same files, byte for byte.</summary>
public sealed class KilledBuildTests(ITestOutputHelper output) : IDisposable
{
    private static readonly string[] Files = ["clips.jsonl", "short_generation.jsonl", "long_generation.jsonl", "pairs.jsonl"];
    private readonly string _folder = Directory.CreateTempSubdirectory("praline-kills-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_build_that_is_killed_again_and_again_ends_with_the_same_files()
    {
        SmallWorldData.WriteVideos(_folder, SmallWorldSplit.Preference, 6);
        var whole = Build("whole");
        var (exitCode, _, error) = PralineProcess.Run(whole);
        Assert.True(exitCode == 0, error);

        var random = new Random(1);
        var kills = 0;
        var broken = Build("broken");
        for (var start = 0; start < 40 && PralineProcess.RunAndKill(TimeSpan.FromMilliseconds(random.Next(300, 1800)), broken); start++)
        {
            kills++;
        }

        (exitCode, _, error) = PralineProcess.Run(broken);
        Assert.True(exitCode == 0, error);
        output.WriteLine($"{kills} kills");
        Assert.True(kills > 0, "no start was killed: the build is too quick for this test");
        foreach (var file in Files)
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(_folder, "whole", file)), File.ReadAllBytes(Path.Combine(_folder, "broken", file)));
        }
    }

    private string[] Build(string name) =>
    [
        "build", "--videos", Path.Combine(_folder, "videos"), "--out", Path.Combine(_folder, name), "--judge", "small-world", "--candidates", "4",
        "--max-new-tokens", "120", "--threads", "1",
    ];
}
