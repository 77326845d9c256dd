using Praline.SmallWorld;

namespace Praline.Cli.Tests.Distributed;

/// <summary>
/// What real processes generate together is what one generates, byte for byte: also when all are killed (SIGKILL) in the middle and as many or others
/// go on.
/// </summary>
public sealed class SharedGenerationTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("praline-shared-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Imagination()
    {
        Images();
        SameFiles(
            ["imagined.jsonl", "preference_dataset.json", "preference_dataset_seperate.json", "preference_dataset_multiturn.json"],
            name => ["imagine", "--model", "small-assistant", "--images", At("world", "images"), "--questions", At("world", "questions.jsonl"), "--out", At(name), "--max-new-tokens", "40", "--threads", "1"]);
    }

    [Fact]
    public void Evaluation_of_engagement()
    {
        Images();
        SameFiles(
            ["base/answers.jsonl", "report/report.json"],
            name =>
            [
                "evaluate", "pie", "--model", "small-assistant", "--questions", At("world", "pie.jsonl"), "--images", At("world", "images"), "--judge", "small-world", "--truth", At("world", "truth.jsonl"),
                "--out", At(name), "--max-new-tokens", "40", "--threads", "1",
            ]);
    }

    [Fact]
    public void Captions_candidates_scores_and_pairs()
    {
        SmallWorldData.WriteVideos(_folder, SmallWorldSplit.Preference, 4);
        SameFiles(
            ["clips.jsonl", "short_generation.jsonl", "long_generation.jsonl", "scores.jsonl", "pairs.jsonl"],
            name => ["build", "--model", "small-captioner", "--videos", At("videos"), "--out", At(name), "--judge", "small-world", "--candidates", "3", "--max-new-tokens", "40", "--threads", "1"]);

        // The steps by themselves, each by several processes.
        string[] common = ["--videos", At("videos"), "--out", At("steps")];
        Succeed(["clips", .. common]);
        Succeed(["caption-clips", "--model", "small-captioner", .. common, "--max-new-tokens", "40", "--threads", "1", "--nproc", "2"]);
        Succeed(["candidates", "--model", "small-captioner", .. common, "--candidates", "3", "--max-new-tokens", "40", "--threads", "1", "--nproc", "2"]);
        Succeed(["rank", .. common, "--judge", "small-world"]);
        foreach (var file in (string[])["clips.jsonl", "short_generation.jsonl", "long_generation.jsonl", "scores.jsonl", "pairs.jsonl"])
        {
            Assert.Equal(File.ReadAllBytes(At("one", file)), File.ReadAllBytes(At("steps", file)));
        }
    }

    private string At(params string[] parts) => Path.Combine([_folder, .. parts]);

    private void Images()
    {
        var folder = At("world");
        ImageWorldData.WriteImages(folder, SmallWorldSplit.HeldOut, 5);
        ImageWorldData.WriteQuestions(Path.Combine(folder, "questions.jsonl"), SmallWorldSplit.HeldOut, 5, perImage: 2);
        ImageWorldData.WritePie(Path.Combine(folder, "pie.jsonl"), SmallWorldSplit.HeldOut, 5, perImage: 2);
    }

    /// <summary>One process; two; two that are killed and go on, the second time as three.</summary>
    private void SameFiles(string[] files, Func<string, string[]> arguments)
    {
        Succeed(arguments("one"));
        Succeed([.. arguments("two"), "--nproc", "2"]);
        var first = KillWhenWritten([.. arguments("killed"), "--nproc", "2"]);
        var second = KillWhenWritten([.. arguments("killed"), "--nproc", "2"]);
        output.WriteLine($"killed with {first} and {second} bytes in journals");
        Assert.True(first + second > 0, "it was never killed in the middle");
        Succeed([.. arguments("killed"), "--nproc", "3"]);
        string[] written = [.. Directory.GetFiles(At("one"), "*.json*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(At("one"), file))];
        Assert.All(files, file => Assert.Contains(file, written));
        foreach (var file in written)
        {
            var expected = File.ReadAllBytes(At("one", file));
            Assert.True(expected.AsSpan().SequenceEqual(File.ReadAllBytes(At("two", file))), $"{file} of two processes differs");
            Assert.True(expected.AsSpan().SequenceEqual(File.ReadAllBytes(At("killed", file))), $"{file} differs after kills");
        }

        Assert.Empty(Directory.GetFiles(At("two"), "*.journal*", SearchOption.AllDirectories));
    }

    /// <summary>Kills the launcher and all ranks when journals have grown; what they then hold in bytes, 0 when it ended before.</summary>
    private long KillWhenWritten(string[] arguments)
    {
        var before = Journals();
        return PralineProcess.RunAndKillWhen(() => Journals() > before, arguments) ? Journals() : 0;
    }

    private long Journals() => !Directory.Exists(At("killed")) ? 0
        : Directory.GetFiles(At("killed"), "*.journal*", SearchOption.AllDirectories).Sum(file => File.Exists(file) ? new FileInfo(file).Length : 0);

    private static void Succeed(string[] arguments)
    {
        var (exitCode, _, error) = PralineProcess.Run(arguments);
        Assert.True(exitCode == 0, $"{string.Join(' ', arguments)}\n{error}");
    }
}
