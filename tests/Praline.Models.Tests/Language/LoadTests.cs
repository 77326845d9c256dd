using Praline.Models.Checkpoints;
using Praline.Models.Language;
using Praline.Testing;
using Praline.Torch;
using Praline.Torch.Serialization;

namespace Praline.Models.Tests.Language;

/// <summary>Opening a folder: progress, and what is said when weights do not fit the configuration.</summary>
public sealed class LoadTests
{
    [Fact]
    public void ProgressReachesTheEndAndParametersKeepTheirType()
    {
        using var folder = Copy(out _);
        var reports = new List<LoadProgress>();
        var model = LlamaModel.Load(folder.Path, new LoadOptions { Progress = reports.Add });
        using var store = model.Store;
        Assert.Equal(reports[^1].BytesTotal, reports[^1].BytesDone);
        Assert.Equal(store.Parameters.Count, reports.Count);
        Assert.Equal(DType.Float32, model.DType);
    }

    [Fact]
    public void MissingMisshapenAndUnexpectedWeightsAreAllListed()
    {
        using var folder = Copy(out var weights);
        using var scope = new TensorScope();
        weights["model.layers.0.mlp.up_proj.weight"] = Tensor.Zeros([3, 4]);
        weights["left.over"] = Tensor.Zeros([1]);
        weights.Remove("model.norm.weight");
        weights["model.layers.0.self_attn.rotary_emb.inv_freq"] = Tensor.Zeros([4]); // older checkpoints have it: no error
        var path = Path.Combine(folder.Path, "model.safetensors");
        File.Delete(path);
        SafetensorsWriter.Write(path, weights);

        var message = Assert.Throws<PralineException>(() => LlamaModel.Load(folder.Path)).Message;
        Assert.Contains("missing: model.norm.weight", message);
        Assert.Contains("misshapen: model.layers.0.mlp.up_proj.weight is [3, 4]", message);
        Assert.Contains("unexpected: left.over", message);
        Assert.DoesNotContain("inv_freq", message);
    }

    private static TemporaryFolder Copy(out Dictionary<string, Tensor> weights)
    {
        var source = Golden.Cases("llama")[0];
        var folder = new TemporaryFolder();
        foreach (var name in new[] { "config.json", "model.safetensors" })
        {
            File.Copy(Path.Combine(source, name), Path.Combine(folder.Path, name));
        }

        weights = SafetensorsFile.Load(Path.Combine(source, "model.safetensors"));
        return folder;
    }
}
