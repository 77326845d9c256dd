using Praline.Models.Vision;
using Praline.Testing;
using Praline.Torch;
using Praline.Torch.Nn;
using Praline.Torch.Serialization;

namespace Praline.Models.Tests.Vision;

/// <summary>SigLIP's tower against its definition written out number by number (<see cref="Plain"/>).</summary>
public class SiglipVisionTests
{
    private static readonly SiglipVisionConfig Config = new()
    {
        HiddenSize = 8,
        IntermediateSize = 12,
        Layers = 2,
        Heads = 2,
        ImageSize = 6,
        PatchSize = 2,
    };

    [Fact]
    public void Equals_its_definition()
    {
        using var scope = new TensorScope();
        using var store = new ParameterStore(new RandomSource(3, 0.4), DType.Float64);
        var model = new SiglipVisionModel(store.Root, Config);
        var pixels = Tensor.Randn([2, 3, 6, 6], new Generator(5), DType.Float64);
        var result = model.Forward(pixels);
        for (var image = 0; image < 2; image++)
        {
            var (states, pooled) = Expected(new Plain(store.Parameters), pixels.Select(0, image).ToArray<double>());
            for (var layer = 0; layer < states.Count; layer++)
            {
                Close.Equal(Plain.ToTensor(states[layer]), result.HiddenStates[layer].Select(0, image), 1e-9, 1e-9, $"state {layer}");
            }

            Close.Equal(Plain.ToTensor([pooled]).Select(0, 0), result.PoolerOutput!.Select(0, image), 1e-9, 1e-9, "pooled");
        }

        Close.Equal(result.HiddenStates[^2], model.Features(pixels, -2), 0, 0, "features");
        Assert.Contains("does not merge tokens", Assert.Throws<PralineException>(() => model.Features(pixels, -2, 0.5)).Message);
    }

    private static (List<double[][]> States, double[] Pooled) Expected(Plain plain, double[] pixels)
    {
        const string root = "vision_model";
        var weight = plain.Weight($"{root}.embeddings.patch_embedding.weight");
        var positions = plain.Weight($"{root}.embeddings.position_embedding.weight");
        var bias = plain.Weight($"{root}.embeddings.patch_embedding.bias");
        var x = new double[9][];
        for (var patch = 0; patch < 9; patch++)
        {
            x[patch] = new double[8];
            for (var o = 0; o < 8; o++)
            {
                x[patch][o] = bias[o] + positions[(patch * 8) + o];
                for (var i = 0; i < 12; i++)
                {
                    var (channel, dy, dx) = (i / 4, i / 2 % 2, i % 2);
                    x[patch][o] += weight[(o * 12) + i] * pixels[(channel * 36) + (((patch / 3 * 2) + dy) * 6) + (patch % 3 * 2) + dx];
                }
            }
        }

        List<double[][]> states = [x];
        for (var layer = 0; layer < 2; layer++)
        {
            var name = $"{root}.encoder.layers.{layer}";
            var normed = plain.LayerNorm(x, $"{name}.layer_norm1", 1e-6);
            var attended = Plain.Attend(
                plain.Linear(normed, $"{name}.self_attn.q_proj"), plain.Linear(normed, $"{name}.self_attn.k_proj"),
                plain.Linear(normed, $"{name}.self_attn.v_proj"), 2, (_, _) => true);
            x = Plain.Add(x, plain.Linear(attended, $"{name}.self_attn.out_proj"));
            var inner = Plain.Map(plain.Linear(plain.LayerNorm(x, $"{name}.layer_norm2", 1e-6), $"{name}.mlp.fc1"), Plain.GeluTanh);
            x = Plain.Add(x, plain.Linear(inner, $"{name}.mlp.fc2"));
            states.Add(x);
        }

        var last = plain.LayerNorm(x, $"{root}.post_layernorm", 1e-6);
        var (inWeight, inBias) = (plain.Weight($"{root}.head.attention.in_proj_weight"), plain.Weight($"{root}.head.attention.in_proj_bias"));
        double[][] In(double[][] rows, int part) => Plain.Project(rows, inWeight[(part * 64)..((part + 1) * 64)], inBias[(part * 8)..((part + 1) * 8)]);
        var mixed = Plain.Attend(In([plain.Weight($"{root}.head.probe")], 0), In(last, 1), In(last, 2), 2, (_, _) => true);
        var pooled = plain.Linear(mixed, $"{root}.head.attention.out_proj");
        var up = Plain.Map(plain.Linear(plain.LayerNorm(pooled, $"{root}.head.layernorm", 1e-6), $"{root}.head.mlp.fc1"), Plain.GeluTanh);
        return (states, Plain.Add(pooled, plain.Linear(up, $"{root}.head.mlp.fc2"))[0]);
    }
}
