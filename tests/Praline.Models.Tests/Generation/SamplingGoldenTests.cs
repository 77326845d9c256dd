using System.Text.Json;
using Praline.Models.Generation;
using Praline.Testing;
using Praline.Torch;
using Praline.Torch.Serialization;

namespace Praline.Models.Tests.Generation;

/// <summary>SynPO's own <c>sampling</c> (tests/golden/sampling): the distribution that its last step draws from.</summary>
public sealed class SamplingGoldenTests
{
    [Fact]
    public void DistributionsAreTheReferences()
    {
        var folder = Golden.PathOf("sampling");
        Assert.SkipWhen(!Directory.Exists(folder), "this golden folder has no sampling cases");

        using var record = Golden.Record("sampling", "cases.json");
        using var scope = new TensorScope();
        var inputs = SafetensorsFile.Load(Path.Combine(folder, "inputs.safetensors"));
        var expected = SafetensorsFile.Load(Path.Combine(folder, "expected.safetensors"));
        using var cases = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "cases.json")));
        var sampler = new TokenSampler();
        Assert.True(cases.RootElement.GetArrayLength() > 0);
        foreach (var one in cases.RootElement.EnumerateArray())
        {
            var number = one.GetProperty("case").GetInt32();
            var parameters = one.GetProperty("params");
            var options = new GenerationOptions
            {
                DoSample = true,
                FilterOrder = FilterOrder.Paper,
                TopK = parameters.GetProperty("top_k").GetInt32(),
                TopP = parameters.GetProperty("top_p").GetDouble(),
                Temperature = parameters.GetProperty("temperature").GetDouble(),
            };
            var logits = inputs[one.GetProperty("input").GetString()!];
            var valid = one.GetProperty("valid_rows").EnumerateArray().Select(row => row.GetBoolean()).ToArray();
            var full = expected[$"case{number}.probs_full_vocab"];
            var likeliest = expected[$"case{number}.argmax_token"].ToArray<long>();
            for (var row = 0; row < valid.Length; row++)
            {
                var (ids, probabilities) = sampler.Distribution(logits.Select(0, row).ToArray<float>(), options);
                Assert.Equal(valid[row], ids.Length > 0);
                var dense = new double[logits.Size(1)];
                for (var i = 0; i < ids.Length; i++)
                {
                    dense[ids[i]] = probabilities[i];
                }

                Close.Equal(full.Select(0, row).ToArray<double>(), dense, 1e-6, 1e-5, $"case {number}, row {row}");
                Assert.Equal(full.Select(0, row).ToArray<double>().Count(p => p > 0), ids.Length);
                if (valid[row])
                {
                    Assert.Equal(likeliest[row], ids[0]);
                }
            }
        }
    }
}
