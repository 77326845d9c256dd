using System.Diagnostics;
using Praline.Testing;

namespace Praline.Cli.Tests;

public class CommandLineTests(ITestOutputHelper output)
{
    [Fact]
    public void Help_lists_the_commands()
    {
        var watch = Stopwatch.StartNew();
        var (exitCode, text, _) = PralineProcess.Run("--help");
        Assert.Equal(0, exitCode);
        Assert.All(["build", "train", "demo", "doctor"], command => Assert.Contains(command, text));
        output.WriteLine($"--help: {watch.Elapsed.TotalMilliseconds:0} ms");
    }

    [Fact]
    public void Doctor_names_the_libraries()
    {
        var (exitCode, text, error) = PralineProcess.Run("doctor");
        Assert.True(exitCode == 0, text + error);
        Assert.All(["libtorch", "FFmpeg", "BLAS"], part => Assert.Contains(part, text));
    }

    [Theory]
    [InlineData("caption", "--model", "small-captioner", "/nowhere/video.mp4")]
    [InlineData("clips", "--videos", "/nowhere", "--out", "/tmp/praline-nowhere")]
    [InlineData("train", "--model", "small-captioner", "synpo", "--data", "/nowhere/pairs.jsonl", "--out", "/tmp/praline-nowhere")]
    [InlineData("train", "--model", "small-captioner", "no-such-method", "--data", "/nowhere/pairs.jsonl", "--out", "/tmp/praline-nowhere")]
    public void A_mistake_is_one_clear_message_without_a_stack_trace(params string[] arguments)
    {
        var (exitCode, _, error) = PralineProcess.Run(arguments);
        Assert.NotEqual(0, exitCode);
        Assert.Contains("praline: ", error);
        Assert.DoesNotContain("   at ", error);
    }

    [Fact]
    public void A_real_video_is_captioned()
    {
        if (Golden.SharedData() is not { } data)
        {
            Assert.Skip("the folder of sample media is not there (PRALINE_DATA).");
            return;
        }

        var (exitCode, text, error) = PralineProcess.Run("caption", "--model", "small-captioner", Path.Combine(data, "videos", "baby_reading.mp4"));
        Assert.True(exitCode == 0, error);
        Assert.Contains("baby_reading.mp4\t", text);
    }
}
