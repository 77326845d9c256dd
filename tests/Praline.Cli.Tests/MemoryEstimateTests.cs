using System.Text.Json;
using System.Text.Json.Nodes;
using Praline.SmallWorld;
using Praline.Testing;

namespace Praline.Cli.Tests;

/// <summary>
/// The memory that a training says it will need, against the peak that its process had: for a made-up model whose activations are most of
/// it, whatever part of it trains.
/// </summary>
public sealed class MemoryEstimateTests : IDisposable
{
    private const double Band = 1.25; // docs/performance.md states it

    private readonly string _folder = Directory.CreateTempSubdirectory("praline-memory-").FullName;

    [Theory]
    [InlineData("lora")]
    [InlineData("lora", "--gradient-checkpointing")]
    [InlineData("projector")]
    [InlineData("vision")]
    [InlineData("vision", "--gradient-checkpointing")]
    [InlineData("language projector vision", "--gradient-checkpointing")]
    [InlineData("language", "--nproc", "2", "--shard", "parameters")]
    [InlineData("lora", "--lora-parts", "language", "vision", "--lora-target-modules", "q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2")]
    public void The_estimate_is_near_the_peak(string train, params string[] more)
    {
        WriteModel();
        SmallWorldData.WriteVideos(_folder, SmallWorldSplit.Preference, 1);
        var (pairs, run) = (Path.Combine(_folder, "pairs.jsonl"), Path.Combine(_folder, "run"));
        File.WriteAllText(pairs, JsonSerializer.Serialize(new { video_name = SmallWorldData.Name(SmallWorldSplit.Preference, 0), pos_pre = "It moves.", neg_pre = "It stays here." }));
        var (exitCode, _, error) = PralineProcess.Run(
        [
            "train", "synpo", "--from-scratch", "--pretrained-pth", _folder, "--data", pairs, "--videos", Path.Combine(_folder, "videos"), "--out", run, "--num-epochs", "2", "--threads", "1",
            "--accumulation-steps", "1", "--sampled-frm", "6", "--token-kept-ratio", "0.5", "--train", .. train.Split(' '), .. more,
        ]);
        Assert.True(exitCode == 0, error);
        Assert.Contains("Memory: about", error);
        using var summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "summary.json")));
        var (peak, estimate) = (summary.RootElement.GetProperty("peak_memory").GetDouble(), summary.RootElement.GetProperty("estimated_memory").GetDouble());
        Assert.True(peak / estimate is > 1 / Band and < Band, $"{train}: a peak of {peak / 1e6:0} MB, {estimate / 1e6:0} MB estimated");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>The shipped captioner's files with other shapes and no weights.</summary>
    private void WriteModel()
    {
        var shipped = Path.Combine(Golden.RepositoryRoot, "models", "small-captioner");
        foreach (var file in Directory.GetFiles(shipped, "*.json", SearchOption.AllDirectories))
        {
            var target = Path.Combine(_folder, Path.GetRelativePath(shipped, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }

        Change("config.json", ("hidden_size", 256), ("intermediate_size", 1024), ("num_hidden_layers", 6), ("num_attention_heads", 4), ("num_key_value_heads", 4), ("vocab_size", 4000));
        Change("visual_encoder/config.json", ("hidden_size", 192), ("intermediate_size", 768), ("num_hidden_layers", 6), ("image_size", 224), ("patch_size", 14));
        Change("projector/config.json", ("visual_hidden_size", 192), ("llm_hidden_size", 256));
        File.Delete(Path.Combine(_folder, "visual_encoder", "preprocessor_config.json"));
    }

    private void Change(string name, params (string Key, int Value)[] values)
    {
        var path = Path.Combine(_folder, name);
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        foreach (var (key, value) in values)
        {
            json[key] = value;
        }

        File.WriteAllText(path, json.ToJsonString());
    }
}
