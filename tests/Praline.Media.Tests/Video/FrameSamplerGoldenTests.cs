using System.Text.Json;
using Praline.Testing;

namespace Praline.Media.Tests;

/// <summary>Frame indices by the rule of SynPO's loader (tests/golden/auroracap/frame_sampling.json).</summary>
public class FrameSamplerGoldenTests
{
    [Fact]
    public void ChosenFramesEqualTheLoaders()
    {
        var path = Golden.PathOf("auroracap", "frame_sampling.json");
        Assert.SkipWhen(!File.Exists(path), "this golden folder has no such case");

        using var record = Golden.Record("auroracap", "frame_sampling.json");
        foreach (var entry in JsonDocument.Parse(File.ReadAllText(path)).RootElement.EnumerateArray())
        {
            int Number(string key) => entry.GetProperty(key).GetInt32();
            var sampled = entry.GetProperty("sampled_frm_argument");
            var indices = FrameSampler.Choose(
                Number("total_frames"),
                entry.GetProperty("duration_seconds").GetDouble(),
                Number("min_frm"),
                Number("max_frm"),
                entry.GetProperty("fps_frm").GetDouble(),
                sampled.ValueKind == JsonValueKind.Null ? null : sampled.GetInt32());
            Assert.Equal(entry.GetProperty("indices").EnumerateArray().Select(v => v.GetInt32()), indices);
            Assert.Equal(Number("num_sampled"), indices.Length);
            record.Exact();
        }
    }
}
