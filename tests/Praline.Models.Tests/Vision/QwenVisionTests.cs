using Praline.Models.Vision;
using Praline.Testing;
using Praline.Torch;
using Praline.Torch.Nn;
using Praline.Torch.Serialization;

namespace Praline.Models.Tests.Vision;

/// <summary>
/// Qwen2-VL's and Qwen2.5-VL's towers against their definition written out number by number (<see cref="Plain"/>): patches in reading
/// order with row and column, windows and frames as conditions on places, squares merged by their places.
/// </summary>
public class QwenVisionTests
{
    private const int Hidden = 16, Heads = 2, Patch = 2, Temporal = 2;

    [Theory]
    [InlineData(false, 1, 4, 6)]
    [InlineData(false, 3, 2, 4)]
    [InlineData(true, 1, 4, 4)]
    [InlineData(true, 1, 6, 10)]
    [InlineData(true, 2, 10, 2)]
    public void Equals_its_definition(bool version25, int time, int rows, int columns)
    {
        using var scope = new TensorScope();
        var config = new QwenVisionConfig
        {
            IsVersion25 = version25,
            HiddenSize = Hidden,
            IntermediateSize = 20,
            OutHiddenSize = 10,
            Layers = 3,
            Heads = Heads,
            PatchSize = Patch,
            TemporalPatchSize = Temporal,
            HiddenAct = version25 ? "silu" : "quick_gelu",
            FeedForwardNames = version25 ? ("up_proj", "down_proj") : ("fc1", "fc2"),
            WindowSize = 8,
            FullAttentionLayers = [1],
        };
        using var store = new ParameterStore(new RandomSource(3, 0.3), DType.Float64);
        var model = new QwenVisionModel(store.Root["visual"], config);
        var video = Tensor.Randn([time * Temporal, 3, rows * Patch, columns * Patch], new Generator(5), DType.Float64);

        var actual = model.Forward(InProcessorOrder(video, time, rows, columns), (time, rows, columns));
        var expected = Expected(new Plain(store.Parameters), config, video.ToArray<double>(), time, rows, columns);

        // Angles are computed in single precision, as the reference does.
        Close.Equal(Plain.ToTensor(expected), actual, 1e-5, 1e-5, "features");
    }

    [Fact]
    public void Frames_do_not_see_each_other()
    {
        using var scope = new TensorScope();
        var config = new QwenVisionConfig { IsVersion25 = true, HiddenSize = Hidden, IntermediateSize = 20, OutHiddenSize = 10, Layers = 2, Heads = Heads, HiddenAct = "silu" };
        using var store = new ParameterStore(new RandomSource(3, 0.3));
        var model = new QwenVisionModel(store.Root["visual"], config);
        var patches = Tensor.Randn([2 * 8 * 12, config.PatchLength], new Generator(5));

        var both = model.Forward(patches, (2, 8, 12));
        var second = model.Forward(patches.Narrow(0, 96, 96), (1, 8, 12));

        Close.Equal(second, both.Narrow(0, 24, 24), 1e-5, 1e-5, "the second frame");
        Assert.Contains("multiples of 2", Assert.Throws<ArgumentException>(() => model.Forward(patches, (2, 6, 16 + 1))).Message);
    }

    /// <summary>[time · rows · columns, 3 · temporal · patch²]: by time, then by squares of 2 × 2, each patch [3, temporal, patch, patch].</summary>
    private static Tensor InProcessorOrder(Tensor video, int time, int rows, int columns) => video
        .View(time, Temporal, 3, rows / 2, 2, Patch, columns / 2, 2, Patch)
        .Permute(0, 3, 6, 4, 7, 2, 1, 5, 8)
        .Reshape((long)time * rows * columns, -1);

    private static double[][] Expected(Plain plain, QwenVisionConfig config, double[] video, int time, int rows, int columns)
    {
        var places = (from t in Enumerable.Range(0, time) from r in Enumerable.Range(0, rows) from c in Enumerable.Range(0, columns) select (T: t, R: r, C: c)).ToArray();
        var patch = plain.Weight("visual.patch_embed.proj.weight"); // [hidden, 3, temporal, patch, patch]
        var length = 3 * Temporal * Patch * Patch;
        double Pixel(int frame, int channel, int y, int x) => video[(((((frame * 3) + channel) * rows * Patch) + y) * columns * Patch) + x];
        var x = places.Select(p => Enumerable.Range(0, Hidden).Select(o => Enumerable.Range(0, length).Sum(i => patch[(o * length) + i] * Pixel(
            (p.T * Temporal) + (i / (Patch * Patch) % Temporal), i / (Patch * Patch * Temporal), (p.R * Patch) + (i / Patch % Patch), (p.C * Patch) + (i % Patch)))).ToArray()).ToArray();

        double[][] Norm(double[][] rows, string name) => config.IsVersion25 ? plain.RmsNorm(rows, name, 1e-6) : plain.LayerNorm(rows, name, 1e-6);
        var window = 4; // 8 pixels = 4 patches of 2 pixels = 2 squares
        for (var layer = 0; layer < config.Layers; layer++)
        {
            var name = $"visual.blocks.{layer}";
            var qkv = plain.Linear(Norm(x, $"{name}.norm1"), $"{name}.attn.qkv");
            double[][] Part(int part) => [.. qkv.Select(row => row[(part * Hidden)..((part + 1) * Hidden)])];
            var (q, k) = (Rotate(Part(0), places), Rotate(Part(1), places));
            var windowed = config.IsVersion25 && layer != 1;
            var mixed = Plain.Attend(q, k, Part(2), Heads, (i, j) => places[i].T == places[j].T && (!windowed
                || (places[i].R / window == places[j].R / window && places[i].C / window == places[j].C / window)));
            x = Plain.Add(x, plain.Linear(mixed, $"{name}.attn.proj"));
            var normed = Norm(x, $"{name}.norm2");
            if (config.IsVersion25)
            {
                var gate = Plain.Map(plain.Linear(normed, $"{name}.mlp.gate_proj"), Plain.Silu);
                var product = gate.Zip(plain.Linear(normed, $"{name}.mlp.up_proj"), (a, b) => a.Zip(b, (p, r) => p * r).ToArray()).ToArray();
                x = Plain.Add(x, plain.Linear(product, $"{name}.mlp.down_proj"));
            }
            else
            {
                x = Plain.Add(x, plain.Linear(Plain.Map(plain.Linear(normed, $"{name}.mlp.fc1"), Plain.QuickGelu), $"{name}.mlp.fc2"));
            }
        }

        x = Norm(x, "visual.merger.ln_q");
        double[] At(int t, int r, int c) => x[(((t * rows) + r) * columns) + c];
        var squares = from t in Enumerable.Range(0, time)
                      from r in Enumerable.Range(0, rows / 2)
                      from c in Enumerable.Range(0, columns / 2)
                      select new[] { At(t, 2 * r, 2 * c), At(t, 2 * r, (2 * c) + 1), At(t, (2 * r) + 1, 2 * c), At(t, (2 * r) + 1, (2 * c) + 1) }.SelectMany(v => v).ToArray();
        return plain.Linear(Plain.Map(plain.Linear([.. squares], "visual.merger.mlp.0"), Plain.Gelu), "visual.merger.mlp.2");
    }

    /// <summary>Each pair (i, i + d/2) of a head turns by row · θ^(−i/(d/4)) for i below d/4, else by column · θ^(−(i − d/4)/(d/4)).</summary>
    private static double[][] Rotate(double[][] x, (int T, int R, int C)[] places)
    {
        const int width = Hidden / Heads, quarter = width / 4;
        return [.. x.Select((row, token) =>
        {
            var turned = new double[row.Length];
            for (var head = 0; head < Heads; head++)
            {
                for (var i = 0; i < width / 2; i++)
                {
                    var angle = (i < quarter ? places[token].R : places[token].C) * Math.Pow(10000, -(double)(i % quarter) / quarter);
                    var (a, b) = (row[(head * width) + i], row[(head * width) + i + (width / 2)]);
                    turned[(head * width) + i] = (a * Math.Cos(angle)) - (b * Math.Sin(angle));
                    turned[(head * width) + i + (width / 2)] = (b * Math.Cos(angle)) + (a * Math.Sin(angle));
                }
            }

            return turned;
        })];
    }
}
