using System.Diagnostics;
using Praline.Testing;

namespace Praline.Cli.Tests;

/// <summary>The programs of samples/ do what their first lines say, and are about 30 lines long.</summary>
public sealed class SamplesTests
{
    private static readonly string Model = Path.Combine(Golden.RepositoryRoot, "models", "small-captioner");

    [Fact]
    public void A_video_is_asked_about()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0, PralineProcess.Run("world", "--out", folder.Path, "--videos", "1").ExitCode);
        var lines = Run("AskAboutAVideo", Model, folder["videos", "train-000000.mp4"]).Split('\n');
        Assert.True(lines[0].Length > 20);
        Assert.Matches("^ ?\\{\"moves\": ?(true|false), ?\"colour\": ?\"(red|green|blue)\"\\}$", lines[1]);
        Assert.Matches("^[1-9][0-9]* of [0-9]+ prompt tokens were known", lines[2]);
    }

    [Fact]
    public void A_client_judges()
    {
        var lines = Run("JudgeWithAnyClient", Model).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["caption", "1", "2"], lines.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]));
    }

    private static string Run(string sample, params string[] arguments)
    {
        Assert.True(File.ReadLines(Path.Combine(Golden.RepositoryRoot, "samples", sample, "Program.cs")).Count(line => line.Length > 0 && !line.StartsWith("//", StringComparison.Ordinal)) <= 30);
        var program = Path.Combine(Golden.RepositoryRoot, "artifacts", "bin", sample, "release", $"{sample}.dll");
        var (code, output, error) = PralineProcess.ReadToEnd(Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!);
        Assert.True(code == 0, error);
        return output;
    }
}
