using Praline.Testing;

namespace Praline.Torch.Tests;

/// <summary>
/// What GPUs run of attention, its flash kernels replaced by the formula, against the CPU's kernels: packed trees, windows, grouped heads,
/// decoding from shared prompts. The kernels themselves are tested against separate sequences in Praline.Models.Tests.
/// </summary>
public sealed class PortableAttentionTests
{
    // Five numbers per segment: tree, first token, tokens, first token and number of the shared keys.
    private static readonly long[] OnePair = [0, 0, 40, 0, 0, 0, 40, 9, 0, 40, 0, 49, 13, 0, 40];
    private static readonly long[] SeveralTrees =
    [
        0, 0, 7, 0, 0, 0, 7, 3, 0, 7, 0, 10, 0, 0, 7, 0, 10, 5, 0, 7,
        1, 15, 300, 0, 0,
        2, 315, 0, 0, 0, 2, 315, 6, 315, 0, 2, 321, 2, 315, 0,
        3, 323, 1, 0, 0, 3, 324, 270, 323, 1,
    ];

    public static TheoryData<string, int, int, DType, int> Cases() => new()
    {
        { nameof(OnePair), 4, 4, DType.Float64, 0 },
        { nameof(OnePair), 8, 2, DType.Float32, 0 },
        { nameof(OnePair), 4, 1, DType.Float32, 17 },
        { nameof(SeveralTrees), 6, 3, DType.Float64, 0 },
        { nameof(SeveralTrees), 2, 2, DType.Float64, 5 },
        { nameof(SeveralTrees), 4, 2, DType.Float32, 0 },
        { nameof(SeveralTrees), 4, 2, DType.BFloat16, 0 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void PackedAttentionEqualsTheKernels(string stream, int heads, int kvHeads, DType type, int window)
    {
        using var scope = new TensorScope();
        using var generator = new Generator(11);
        var segments = stream == nameof(OnePair) ? OnePair : SeveralTrees;
        var tokens = segments[^4] + segments[^3];
        Tensor Make(long count) => Tensor.Randn([tokens, count, 16], generator).To(type);
        Tensor[] inputs = [Make(heads), Make(kvHeads), Make(kvHeads)];
        var probe = Tensor.Randn([tokens, heads * 16], generator);

        // The kernels have no half precision: they get the rounded numbers in single.
        var exact = type == DType.BFloat16 ? DType.Float32 : type;
        var expected = Run(false, exact);
        var actual = Run(true, type);
        var tolerance = type switch { DType.Float64 => 1e-11, DType.Float32 => 1e-5, _ => 2e-2 };
        string[] names = ["output", "gradient of q", "gradient of k", "gradient of v"];
        for (var i = 0; i < names.Length; i++)
        {
            var size = type == DType.BFloat16 ? expected[i].Abs().Max().Item<double>() : 1; // relative to the largest number
            Close.Equal(expected[i], actual[i], tolerance * Math.Max(1, size), tolerance, names[i]);
        }

        Tensor[] Run(bool portable, DType computed)
        {
            using var kernels = PortableKernels.Use(portable);
            Tensor[] own = [.. inputs.Select(x => x.To(computed).Detach().Clone())];
            foreach (var x in own)
            {
                x.RequiresGrad = true;
            }

            var output = Fused.PackedAttention(own[0], own[1], own[2], segments, window);
            Assert.Equal(computed, output.DType);
            return [output.Detach(), .. Autograd.Grad([(output * probe.To(computed)).Sum()], own).Select(g => g!)];
        }
    }

    [Theory]
    [InlineData(4, 4, 0)]
    [InlineData(8, 2, 0)]
    [InlineData(4, 2, 6)]
    [InlineData(4, 2, 21)]
    public void DecodeAttentionEqualsTheKernels(int heads, int kvHeads, int window)
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        using var generator = new Generator(12);
        long[] rows = [3, 1, 2], lengths = [4, 0, 9], prompts = [20, 0, 5];
        Tensor Make(params long[] shape) => Tensor.Randn(shape, generator, DType.Float64);
        Tensor[] Groups(Func<int, Tensor> make) => [.. Enumerable.Range(0, rows.Length).Select(make)];
        var (q, k, v) = (Make(6, heads, 8), Make(6, kvHeads, 8), Make(6, kvHeads, 8));
        var promptKeys = Groups(i => Make(kvHeads, 8, prompts[i]));
        var promptValues = Groups(i => Make(kvHeads, prompts[i], 8));
        var (ownKeys, ownValues) = (Groups(i => Make(rows[i], kvHeads, 8, 16)), Groups(i => Make(rows[i], kvHeads, 16, 8)));

        var (expected, expectedKeys) = Run(false);
        var (actual, actualKeys) = Run(true);
        Close.Equal(expected, actual, 1e-11, 1e-11, "output");
        for (var i = 0; i < rows.Length; i++)
        {
            Close.Equal(expectedKeys[i], actualKeys[i], 0, 0, $"keys written for group {i}");
        }

        (Tensor Output, Tensor[] Keys) Run(bool portable)
        {
            using var kernels = PortableKernels.Use(portable);
            Tensor[] keys = [.. ownKeys.Select(x => x.Clone())], values = [.. ownValues.Select(x => x.Clone())];
            return (Fused.DecodeAttention(q, k, v, promptKeys, promptValues, keys, values, rows, lengths, window), keys);
        }
    }

    /// <summary>Prompts one behind the other in memory, one of them two groups', are seen in one call; one that is empty or lies elsewhere ends the run.</summary>
    [Theory]
    [InlineData(4, 4, 0)]
    [InlineData(8, 2, 0)]
    [InlineData(4, 2, 9)]
    public void PromptsBehindEachOtherEqualPromptsApart(int heads, int kvHeads, int window)
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        using var generator = new Generator(14);
        Tensor Make(params long[] shape) => Tensor.Randn(shape, generator, DType.Float64);
        var (keys, values, elsewhere) = (Make(40, kvHeads, 8), Make(40, kvHeads, 8), Make(6, kvHeads, 8));
        (Tensor Keys, Tensor Values) Place(long start, long count) => (keys.Narrow(0, start, count), values.Narrow(0, start, count));
        (Tensor Keys, Tensor Values)[] prompts = [Place(0, 20), Place(0, 20), Place(20, 7), Place(27, 0), Place(27, 13), (elsewhere, elsewhere * 2)];
        long[] rows = [3, 2, 1, 1, 2, 1], lengths = [4, 0, 9, 2, 1, 0];
        var (q, k, v) = (Make(10, heads, 8), Make(10, kvHeads, 8), Make(10, kvHeads, 8));
        var own = rows.Select(count => (Keys: Make(count, kvHeads, 8, 16), Values: Make(count, kvHeads, 16, 8))).ToArray();

        Close.Equal(Run(portable: false, apart: true), Run(portable: true, apart: false), 1e-11, 1e-11, "joined, against the kernels");
        Close.Equal(Run(portable: true, apart: true), Run(portable: true, apart: false), 1e-11, 1e-11, "joined, against apart");

        Tensor Run(bool portable, bool apart)
        {
            using var kernels = PortableKernels.Use(portable);
            Tensor As(Tensor view) => apart ? view.Contiguous().Clone() : view;
            return Fused.DecodeAttention(
                q, k, v, [.. prompts.Select(p => As(p.Keys.Permute(1, 2, 0)))], [.. prompts.Select(p => As(p.Values.Transpose(0, 1)))],
                [.. own.Select(x => x.Keys.Clone())], [.. own.Select(x => x.Values.Clone())], rows, lengths, window);
        }
    }

    [Fact]
    public void HalfPrecisionFollowsSinglePrecision()
    {
        using var scope = new TensorScope();
        using var generator = new Generator(13);
        var (x, up) = (Tensor.Randn([9, 64], generator).To(DType.BFloat16), Tensor.Randn([9, 64], generator).To(DType.BFloat16));
        var weight = (Tensor.Randn([64], generator) + 1).To(DType.BFloat16);
        var angles = Tensor.Randn([9, 8], generator);
        Tensor Wide(Tensor half) => half.To(DType.Float32);
        Close.Equal(Fused.RmsNorm(Wide(x), Wide(weight), 1e-5), Wide(Fused.RmsNorm(x, weight, 1e-5)), 2e-2, 2e-2, "RMSNorm");
        Close.Equal(Fused.SwiGlu(Wide(x), Wide(up)), Wide(Fused.SwiGlu(x, up)), 2e-2, 2e-2, "SwiGLU");
        Close.Equal(
            Fused.Rotary(Wide(x).View(9, 4, 16), angles.Cos(), angles.Sin()),
            Wide(Fused.Rotary(x.View(9, 4, 16), angles.Cos().To(DType.BFloat16), angles.Sin().To(DType.BFloat16))), 2e-2, 2e-2, "rotary positions");
    }
}
