using Praline.Testing;

namespace Praline.Torch.Tests;

/// <summary>
/// The fused kernels, and what stands for them on other devices, against the same formulas in libtorch's operators: values and gradients,
/// odd sizes included.
/// </summary>
public sealed class FusedTests
{
    public static TheoryData<DType> Types() => [DType.Float32, DType.Float64];

    [Theory]
    [MemberData(nameof(Types))]
    public void RmsNorm(DType type)
    {
        foreach (var width in new[] { 1, 7, 16, 33, 100 })
        {
            Compare(
                type, [[37, width], [width]],
                x => Fused.RmsNorm(x[0], x[1], 1e-5),
                x => x[1] * (x[0] * ((x[0] * x[0]).Mean([-1], keepDim: true) + 1e-5).Rsqrt()));
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void SwiGlu(DType type)
    {
        foreach (var width in new[] { 1, 15, 64, 131 })
        {
            Compare(type, [[5, width], [5, width]], x => Fused.SwiGlu(x[0] * 4, x[1]), x => F.Silu(x[0] * 4) * x[1]);
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Rotary(DType type)
    {
        foreach (var width in new[] { 2, 6, 32, 70 })
        {
            using var scope = new TensorScope();
            var angles = Tensor.Arange(0, 4 * width / 2, 1, type).View(4, width / 2) * 0.37;
            var (cos, sin) = (angles.Cos(), angles.Sin());
            Compare(
                type, [[4, 3, width]],
                x => Fused.Rotary(x[0], cos, sin),
                x =>
                {
                    var half = width / 2;
                    var turned = Tensor.Cat([-x[0].Narrow(-1, half, half), x[0].Narrow(-1, 0, half)], -1);
                    return (x[0] * Tensor.Cat([cos, cos], -1).Unsqueeze(1)) + (turned * Tensor.Cat([sin, sin], -1).Unsqueeze(1));
                });
        }
    }

    [Fact]
    public void OtherTypesAreServedByLibtorch()
    {
        using var scope = new TensorScope();
        var x = Tensor.Randn([3, 8]).To(DType.BFloat16);
        Assert.Equal(DType.BFloat16, Fused.RmsNorm(x, Tensor.Ones([8], DType.BFloat16), 1e-6).DType);
        Assert.Equal(DType.BFloat16, Fused.SwiGlu(x, x).DType);
        var cos = Tensor.Ones([3, 2], DType.BFloat16);
        Assert.Equal(DType.BFloat16, Fused.Rotary(x.View(3, 2, 4), cos, cos).DType);
    }

    [Fact]
    public void LinearRowsIsLinear()
    {
        using var scope = new TensorScope();
        foreach (var type in new[] { DType.Float32, DType.Float64 })
        {
            foreach (var (rows, width, columns) in new[] { (1, 1, 1), (1, 40, 17), (2, 16, 33), (3, 31, 5), (9, 70, 20), (65, 129, 48) })
            {
                var x = Tensor.Randn([rows, width]).To(type);
                var weight = Tensor.Randn([columns, width]).To(type);
                var bias = Tensor.Randn([columns]).To(type);
                var tolerance = type == DType.Float32 ? 1e-4 : 1e-11;
                Close.Equal(F.Linear(x, weight, bias), Fused.LinearRows(x, weight, bias), tolerance, tolerance, $"{rows} × {width} × {columns}");
                Close.Equal(F.Linear(x, weight), Fused.LinearRows(x, weight, null), tolerance, tolerance, $"{rows} × {width} × {columns}");
            }
        }
    }

    [Fact]
    public void ARowOfLinearRowsDoesNotDependOnTheOthers()
    {
        using var scope = new TensorScope();
        foreach (var (width, columns) in new[] { (256, 704), (129, 77), (16, 1000) })
        {
            var (x, weight) = (Tensor.Randn([80, width]), Tensor.Randn([columns, width]));
            var all = Fused.LinearRows(x, weight, null).ToArray<float>();
            foreach (var (start, count) in new[] { (0, 1), (79, 1), (10, 2), (20, 3), (30, 7), (0, 64) })
            {
                var some = Fused.LinearRows(x.Narrow(0, start, count).Contiguous(), weight, null).ToArray<float>();
                Assert.Equal(all.AsSpan(start * columns, count * columns).ToArray(), some);
            }
        }
    }

    [Fact]
    public void RowByRowChangesHowLinearWorksOnlyInside()
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        var (x, weight) = (Tensor.Randn([33, 500]), Tensor.Randn([64, 500]));
        using (RowByRow.Begin())
        {
            var first = F.Linear(x.Narrow(0, 0, 1), weight).ToArray<float>();
            Assert.Equal(first, F.Linear(x, weight).Narrow(0, 0, 1).ToArray<float>());
            Assert.True(RowByRow.IsOn);
        }

        Assert.False(RowByRow.IsOn);
    }

    [Fact]
    public void SecondDerivativesAreRefused()
    {
        using var scope = new TensorScope();
        var x = Tensor.Randn([2, 8]);
        x.RequiresGrad = true;
        var y = Fused.RmsNorm(x, Tensor.Ones([8]), 1e-6).Sum();
        var error = Assert.Throws<TorchException>(() => Autograd.Grad([y], [x], createGraph: true));
        Assert.Contains("second derivatives", error.Message);
    }

    private static void Compare(DType type, long[][] shapes, Func<Tensor[], Tensor> fused, Func<Tensor[], Tensor> plain)
    {
        using var scope = new TensorScope();
        using var generator = new Generator(5);
        var inputs = shapes.Select(shape => Tensor.Randn(shape, generator).To(type)).ToArray();
        foreach (var input in inputs)
        {
            input.RequiresGrad = true;
        }

        var expected = plain(inputs);
        foreach (var portable in new[] { false, true })
        {
            using var kernels = PortableKernels.Use(portable);
            CompareOnce(type, inputs, fused(inputs), expected, generator);
        }
    }

    private static void CompareOnce(DType type, Tensor[] inputs, Tensor actual, Tensor expected, Generator generator)
    {
        var tolerance = type == DType.Float64 ? 1e-12 : 3e-6;
        var probe = Tensor.Randn(expected.Shape, generator).To(type);
        Close.Equal(expected, actual, tolerance, tolerance, "values");
        var actualGradients = Autograd.Grad([(actual * probe).Sum()], inputs);
        var expectedGradients = Autograd.Grad([(expected * probe).Sum()], inputs, retainGraph: true);
        for (var i = 0; i < inputs.Length; i++)
        {
            Close.Equal(expectedGradients[i]!, actualGradients[i]!, 10 * tolerance, 10 * tolerance, $"gradient of input {i}");
        }
    }

    /// <summary>Groups in a row that see the same of one prompt are computed together; where a window hides more of it from one, or the prompt is another, they are not.</summary>
    [Theory]
    [InlineData(4, 4, 0)]
    [InlineData(8, 2, 0)]
    [InlineData(4, 2, 18)]
    [InlineData(4, 2, 5)]
    public void Groups_of_one_prompt_give_the_bits_that_each_gives_alone(int heads, int kvHeads, int window)
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        using var generator = new Generator(21);
        Tensor Make(params long[] shape) => Tensor.Randn(shape, generator);
        (Tensor Keys, Tensor Values)[] prompts = [.. new[] { 45, 30 }.Select(tokens => (Make(kvHeads, 24, tokens), Make(kvHeads, tokens, 24)))];
        (int Prompt, long Rows, long Length)[] groups = [(0, 1, 12), (0, 3, 2), (0, 2, 2), (1, 1, 7), (1, 2, 0), (0, 1, 17)];
        var (q, k, v) = (Make(10, heads, 24), Make(10, kvHeads, 24), Make(10, kvHeads, 24));
        var own = groups.Select(g => (Keys: Make(g.Rows, kvHeads, 24, 32), Values: Make(g.Rows, kvHeads, 32, 24))).ToArray();

        var together = Run(0, groups.Length);
        Assert.Equal(Enumerable.Range(0, groups.Length).SelectMany(i => Run(i, 1)), together);

        float[] Run(int first, int count)
        {
            var chosen = Enumerable.Range(first, count).ToList();
            var (start, rows) = (groups.Take(first).Sum(g => g.Rows), chosen.Sum(i => groups[i].Rows));
            return Fused.DecodeAttention(
                q.Narrow(0, start, rows), k.Narrow(0, start, rows), v.Narrow(0, start, rows),
                [.. chosen.Select(i => prompts[groups[i].Prompt].Keys)], [.. chosen.Select(i => prompts[groups[i].Prompt].Values)],
                [.. chosen.Select(i => own[i].Keys.Clone())], [.. chosen.Select(i => own[i].Values.Clone())],
                [.. chosen.Select(i => groups[i].Rows)], [.. chosen.Select(i => groups[i].Length)], window).ToArray<float>();
        }
    }

    /// <summary>However a sequence is cut into calls, and wherever the line between prompt and own tokens is, each token gets the same bits; and those of packed attention but for rounding.</summary>
    [Theory]
    [InlineData(4, 4, 0, 24)]
    [InlineData(8, 2, 0, 16)]
    [InlineData(4, 2, 300, 8)]
    [InlineData(4, 1, 17, 24)]
    public void Extending_a_sequence_gives_the_bits_of_the_whole(int heads, int kvHeads, int window, int width)
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        using var generator = new Generator(22);
        const int all = 620;
        Tensor Make(params long[] shape) => Tensor.Randn(shape, generator);
        var (q, k, v) = (Make(all, heads, width), Make(all, kvHeads, width), Make(all, kvHeads, width));
        var whole = Run(0, all);
        Close.Equal(Fused.PackedAttention(q, k, v, [0, 0, all, 0, 0], window), whole, 1e-5, 1e-5, "packed attention");
        var expected = whole.ToArray<float>();
        foreach (var (prompt, cuts) in new (int, int[])[] { (0, [1, 2, 40, 41, 300, 619]), (40, [41]), (100, [101, 356]), (256, [300]), (255, [256, 257]), (600, [619]) })
        {
            Assert.Equal(expected.Skip(prompt * heads * width), Run(prompt, cuts).ToArray<float>());
        }

        Tensor Run(int prompt, params int[] cuts)
        {
            var (keys, values) = (k.Permute(1, 2, 0).Contiguous().Narrow(2, 0, prompt), v.Transpose(0, 1).Contiguous().Narrow(1, 0, prompt));
            var (ownKeys, ownValues) = (Make(1, kvHeads, width, 640), Make(1, kvHeads, 640, width));
            var parts = new List<Tensor>();
            foreach (var (from, to) in cuts.Prepend(prompt).Zip(cuts.Append(all)).Where(c => c.First < c.Second))
            {
                Tensor Part(Tensor x) => x.Narrow(0, from, to - from);
                parts.Add(Fused.ExtendAttention(Part(q), Part(k), Part(v), [keys], [values], [ownKeys], [ownValues], [to - from], [from - prompt], window));
            }

            return Tensor.Cat([.. parts]);
        }
    }
}
