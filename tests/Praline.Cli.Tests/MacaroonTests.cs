using System.Text.Json;
using Praline.Testing;

namespace Praline.Cli.Tests;

public sealed class MacaroonTests(ITestOutputHelper output) : IDisposable
{
    private static readonly string[] Photographs = ["chelsea.png", "coffee.png", "cmyk.jpg", "exif_Landscape_6.jpg", "rgba_transparent.png", "coins_16bit_gray.png"];

    private readonly string _folder = Directory.CreateTempSubdirectory("praline-macaroon-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_quick_demo_runs_all_of_it_and_a_second_start_changes_nothing()
    {
        var (exitCode, text, error) = PralineProcess.Run("demo", "macaroon", "--quick", "--out", _folder);
        Assert.True(exitCode == 0, error);
        output.WriteLine(text);
        Assert.All(
            ["data/preference_dataset.json", "data/preference_dataset_seperate.json", "data/preference_dataset_multiturn.json", "report/report.html", "report/figures/types.svg"],
            file => Assert.True(File.Exists(PathOf(file)), file));
        using var report = JsonDocument.Parse(File.ReadAllText(PathOf("report/report.json")));
        Assert.Equal(
            ["base", "SFT", "multi-turn", "multi-turn then SFT", "DPO", "CRL"],
            report.RootElement.GetProperty("runs").EnumerateArray().Select(r => r.GetProperty("run").GetString()));
        Assert.Equal(6, report.RootElement.GetProperty("general").GetArrayLength());
        Assert.Equal(15, report.RootElement.GetProperty("comparisons").GetArrayLength());

        var first = Contents();
        (exitCode, _, error) = PralineProcess.Run("demo", "macaroon", "--quick", "--out", _folder);
        Assert.True(exitCode == 0, error);
        Assert.Equal(first, Contents());
    }

    [Fact]
    public void Real_photographs_go_through_imagine_and_evaluate()
    {
        if (Golden.SharedData() is not { } data)
        {
            Assert.Skip("the folder of sample media is not there (PRALINE_DATA).");
            return;
        }

        Directory.CreateDirectory(PathOf("images"));
        foreach (var name in Photographs)
        {
            File.Copy(Path.Combine(data, "images", name), PathOf($"images/{name}"));
        }

        File.WriteAllText(PathOf("images/damaged.jpg"), "no picture");
        File.WriteAllText(PathOf("pie.jsonl"), string.Concat(Photographs.Append("damaged.jpg").Append("gone").Select(
            name => $"{{\"Image ID\":\"{name}\",\"Question\":\"Who owns this?\",\"Question Type\":\"Unanswerable Questions\"}}\n")));

        // Questions are written by the model, for every image that can be read.
        string[] imagine = ["imagine", "--model", "small-assistant", "--images", PathOf("images"), "--out", PathOf("data"), "--max-new-tokens", "60"];
        var (exitCode, _, error) = PralineProcess.Run(imagine);
        Assert.True(exitCode == 0, error);
        using var pairs = JsonDocument.Parse(File.ReadAllText(PathOf("data/preference_dataset.json")));
        Assert.InRange(pairs.RootElement.GetArrayLength(), Photographs.Length, 6 * Photographs.Length);
        Assert.Contains("damaged.jpg", File.ReadAllText(PathOf("data/rejected.jsonl")));
        var rows = File.ReadAllText(PathOf("data/imagined.jsonl"));
        Assert.Equal(0, PralineProcess.Run(imagine).ExitCode);
        Assert.Equal(rows, File.ReadAllText(PathOf("data/imagined.jsonl")));

        // The judge is a script: a real one needs an endpoint. Answers come out in the questions' order, what has none is listed.
        (exitCode, _, error) = PralineProcess.Run(
            "evaluate", "pie", "--model", "small-assistant", "--questions", PathOf("pie.jsonl"), "--images", PathOf("images"), "--judge", "small-world", "--truth", Truth(), "--out", PathOf("pie"), "--max-new-tokens", "60");
        Assert.True(exitCode == 0, error);
        Assert.Equal(Photographs.Length, File.ReadLines(PathOf("pie/base/answers.jsonl")).Count());
        using var report = JsonDocument.Parse(File.ReadAllText(PathOf("pie/report/report.json")));
        Assert.Equal("gone", Assert.Single(report.RootElement.GetProperty("missing_images").EnumerateArray()).GetString()!.Split('(', ':')[1]);
        Assert.Equal(Photographs.Length, report.RootElement.GetProperty("runs")[0].GetProperty("answers").GetInt32());
    }

    [Theory]
    [InlineData("imagine", "--model", "small-assistant", "--images", "/nowhere", "--out", "/tmp/praline-nowhere")]
    [InlineData("evaluate", "pie", "--model", "small-assistant", "--questions", "/nowhere.jsonl", "--images", "/nowhere", "--judge", "small-world", "--out", "/tmp/praline-nowhere")]
    [InlineData("evaluate", "pie", "--model", "small-assistant", "--questions", "/nowhere.jsonl", "--images", "/nowhere", "--judge", "nobody", "--out", "/tmp/praline-nowhere")]
    [InlineData("evaluate", "pie", "--model", "small-assistant", "--questions", "/nowhere.jsonl", "--images", "/nowhere", "--run", "x=/nowhere", "--out", "/tmp/praline-nowhere")]
    public void A_mistake_is_one_clear_message(params string[] arguments)
    {
        var (exitCode, _, error) = PralineProcess.Run(arguments);
        Assert.NotEqual(0, exitCode);
        Assert.Contains("praline: ", error);
        Assert.DoesNotContain("   at ", error);
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    /// <summary>A truth that calls every photograph an image of one red circle: the judge needs one, and its verdicts are not looked at.</summary>
    private string Truth()
    {
        Assert.Equal(0, PralineProcess.Run("world", "--split", "HeldOut", "--images", "1", "--out", PathOf("world")).ExitCode);
        var line = File.ReadLines(PathOf("world/truth.jsonl")).First();
        File.WriteAllLines(PathOf("truth.jsonl"), Photographs.Append("damaged.jpg").Select(name => line.Replace("heldout-000000.png", name, StringComparison.Ordinal)));
        return PathOf("truth.jsonl");
    }

    /// <summary>Everything that results are made of; what differs from run to run (times, logs) aside.</summary>
    private Dictionary<string, string> Contents() => Directory.GetFiles(_folder, "*", SearchOption.AllDirectories)
        .Where(f => Path.GetExtension(f) is ".json" or ".jsonl" or ".html" or ".safetensors" && Path.GetFileName(f) != "timing.jsonl")
        .ToDictionary(f => Path.GetRelativePath(_folder, f), f => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(f))));
}
