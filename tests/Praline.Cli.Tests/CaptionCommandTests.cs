using System.Text.Json;
using Praline.Media;
using Praline.SmallWorld;
using Praline.Testing;

namespace Praline.Cli.Tests;

/// <summary><c>praline caption</c> as a user runs it.</summary>
[Trait("Speed", "Slow")]
public sealed class CaptionCommandTests : IDisposable
{
    private static readonly string[] Quick = ["--threads", "1", "--max-new-tokens", "12", "--sampled-frm", "4"];
    private readonly TemporaryFolder _folder = new();

    public CaptionCommandTests() => SmallWorldData.WriteVideos(_folder.Path, SmallWorldSplit.Preference, 3);

    private string Videos => Path.Combine(_folder.Path, "videos");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void As_the_paper_does_it_resumable_and_by_two_processes_the_file_is_the_same()
    {
        string[] paper = ["caption", "--model", "small-captioner", "--videos", Videos, "--contrastive", "--retrospective", "--seed", "3", .. Quick];
        var rows = File.ReadAllLines(Run([.. paper, "--out", Path.Combine(_folder.Path, "one.jsonl")], "one.jsonl")).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.Equal(3, rows.Count);
        Assert.All(rows, row => Assert.Equal(
            ["video_name", "question", "answer", "past_pred", "pred", "duration"], row.EnumerateObject().Select(f => f.Name).Where(name => name != "truncated")));

        var two = Run([.. paper, "--out", Path.Combine(_folder.Path, "two.jsonl"), "--nproc", "2"], "two.jsonl");
        Assert.Equal(File.ReadAllBytes(Path.Combine(_folder.Path, "one.jsonl")), File.ReadAllBytes(two));

        var (code, _, error) = PralineProcess.Run([.. paper, "--alpha", "0.7", "--out", Path.Combine(_folder.Path, "one.jsonl")]);
        Assert.NotEqual(0, code);
        Assert.Contains("0.7", error);
    }

    [Fact]
    public void Folders_images_manifests_and_rows_are_captioned_and_what_can_t_be_is_told()
    {
        var image = Path.Combine(_folder.Path, "videos", "still.png");
        ImageFile.WritePng(image, new RgbImage(64, 48));
        File.WriteAllText(Path.Combine(Videos, "broken.mp4"), "no video");
        var (code, text, error) = PralineProcess.Run(["caption", "--model", "small-captioner", Videos, .. Quick]);
        Assert.Equal(1, code);
        Assert.Equal(4, text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains($"{image}\t", text);
        Assert.Contains("broken.mp4", error);

        var first = SmallWorldData.Name(SmallWorldSplit.Preference, 0);
        var manifest = Path.Combine(_folder.Path, "list.jsonl");
        File.WriteAllText(manifest, JsonSerializer.Serialize(new { path = $"{first}.mp4", id = "one", question = "Is there a circle?", answer = "Yes." }) + "\n");
        (code, text, error) = PralineProcess.Run(["caption", "--model", "small-captioner", "--videos", Videos, "--manifest", manifest, "--format", "jsonl", "--n", "2", "--sample", .. Quick]);
        Assert.True(code == 0, error);
        var rows = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.Equal(2, rows.Count);
        Assert.All(rows, row => Assert.Equal(("one", "Is there a circle?", "Yes."), (Field(row, "video_name"), Field(row, "question"), Field(row, "answer"))));

        var data = Path.Combine(_folder.Path, "rows.jsonl");
        File.WriteAllText(data, JsonSerializer.Serialize(new
        {
            video = $"{first}.mp4",
            prompt = "What is red?",
            chosen = "A square.",
            rejected = "Nothing.",
        }) + "\n");
        (code, text, error) = PralineProcess.Run(["caption", "--model", "small-captioner", "--data", data, "--media-folder", Videos, "--format", "jsonl", "--contrastive", "--distortion", "no-medium", .. Quick]);
        Assert.True(code == 0, error);
        var only = JsonDocument.Parse(text).RootElement;
        Assert.Equal(("What is red?", "A square."), (Field(only, "question"), Field(only, "answer")));

        static string Field(JsonElement row, string name) => row.GetProperty(name).GetString()!;
    }

    [Theory]
    [InlineData("--alpha and --distortion", "VIDEO", "--alpha", "0.3")]
    [InlineData("--greedy takes the likeliest", "VIDEO", "--greedy", "--sample")]
    [InlineData("in one way", "VIDEO", "--videos", "x")]
    [InlineData("needs --out", "VIDEO", "--nproc", "2")]
    [InlineData("go with --out", "VIDEO", "--restart")]
    public void Options_that_don_t_go_together_are_refused(string expected, params string[] arguments)
    {
        var video = Path.Combine(Videos, SmallWorldData.Name(SmallWorldSplit.Preference, 0) + ".mp4");
        var (code, _, error) = PralineProcess.Run(["caption", "--model", "small-captioner", .. arguments.Select(a => a == "VIDEO" ? video : a)]);
        Assert.NotEqual(0, code);
        Assert.Contains(expected, error);
    }

    private string Run(string[] arguments, string file)
    {
        var (code, text, error) = PralineProcess.Run(arguments);
        Assert.True(code == 0, text + error);
        return Path.Combine(_folder.Path, file);
    }
}
