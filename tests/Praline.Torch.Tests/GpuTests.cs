using Praline.Testing;

namespace Praline.Torch.Tests;

/// <summary>
/// A GPU against the CPU's kernels: the same inputs, single precision without TF32 and half precision within 2e-2 of the largest number. Runs
/// where <c>PRALINE_TEST_DEVICE</c> names a GPU (scripts/gpu-check); everything around the flash kernels is tested without one in
/// <see cref="PortableAttentionTests"/>.
/// </summary>
public sealed class GpuTests
{
    private static readonly long[] OnePair = [0, 0, 300, 0, 0, 0, 300, 70, 0, 300, 0, 370, 41, 0, 300];
    private static readonly long[] ThreeTrees =
        [0, 0, 50, 0, 0, 0, 50, 9, 0, 50, 0, 59, 1, 0, 50, 1, 60, 1, 0, 0, 1, 61, 200, 60, 1, 2, 261, 130, 0, 0];

    public static TheoryData<int, int, int, DType, bool> Shapes() => new()
    {
        { 4, 4, 64, DType.BFloat16, true },
        { 8, 2, 128, DType.BFloat16, true },
        { 8, 2, 128, DType.BFloat16, false },
        { 4, 4, 128, DType.Float16, false },
        { 8, 1, 80, DType.BFloat16, false },
        { 4, 2, 20, DType.BFloat16, true },
        { 8, 2, 64, DType.Float32, true },
        { 8, 2, 64, DType.Float32, false },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void PackedAttention(int heads, int kvHeads, int width, DType type, bool onePair)
    {
        Assert.SkipWhen(Absent(), "PRALINE_TEST_DEVICE names no GPU");

        using var scope = new TensorScope();
        var segments = onePair ? OnePair : ThreeTrees;
        var tokens = segments[^4] + segments[^3];
        Compare(
            type, [[tokens, heads, width], [tokens, kvHeads, width], [tokens, kvHeads, width]],
            x => Fused.PackedAttention(x[0], x[1], x[2], segments, 0));
    }

    [Theory]
    [InlineData(DType.Float32)]
    [InlineData(DType.BFloat16)]
    public void NormsActivationsAndPositions(DType type)
    {
        Assert.SkipWhen(Absent(), "PRALINE_TEST_DEVICE names no GPU");

        using var scope = new TensorScope();
        Compare(type, [[37, 256], [256]], x => Fused.RmsNorm(x[0], x[1], 1e-5));
        Compare(type, [[37, 256], [37, 256]], x => Fused.SwiGlu(x[0], x[1]));
        Compare(type, [[37, 4, 64]], x =>
        {
            var angles = Tensor.Arange(0, 37 * 32, 1, DType.Float32).View(37, 32) * 0.01;
            return Fused.Rotary(x[0], angles.Cos().To(x[0].Device, x[0].DType), angles.Sin().To(x[0].Device, x[0].DType));
        });
    }

    [Theory]
    [InlineData(8, 8, DType.BFloat16)]
    [InlineData(8, 2, DType.BFloat16)]
    [InlineData(8, 2, DType.Float32)]
    public void DecodeAttention(int heads, int kvHeads, DType type)
    {
        Assert.SkipWhen(Absent(), "PRALINE_TEST_DEVICE names no GPU");

        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        using var generator = new Generator(4);
        long[] rows = [10, 1, 3], lengths = [70, 0, 5], prompts = [300, 0, 17];
        Tensor Make(params long[] shape) => Tensor.Randn(shape, generator).To(type).To(DType.Float32);
        Tensor[] Groups(Func<int, Tensor> make) => [.. Enumerable.Range(0, rows.Length).Select(make)];
        var (q, k, v) = (Make(14, heads, 64), Make(14, kvHeads, 64), Make(14, kvHeads, 64));
        var (promptKeys, promptValues) = (Groups(i => Make(prompts[i], kvHeads, 64)), Groups(i => Make(prompts[i], kvHeads, 64)));
        var (ownKeys, ownValues) = (Groups(i => Make(rows[i], kvHeads, 128, 64)), Groups(i => Make(rows[i], kvHeads, 128, 64)));
        Tensor Run(Device device, DType computed, bool transposed)
        {
            Tensor There(Tensor x) => x.To(device, computed).Clone();
            return Fused.DecodeAttention(
                There(q), There(k), There(v),
                [.. promptKeys.Select(x => transposed ? There(x).Permute(1, 2, 0).Contiguous() : There(x).Permute(1, 2, 0))],
                [.. promptValues.Select(x => transposed ? There(x).Transpose(0, 1).Contiguous() : There(x).Transpose(0, 1))],
                [.. ownKeys.Select(x => transposed ? There(x).Transpose(2, 3).Contiguous() : There(x).Transpose(2, 3))], [.. ownValues.Select(There)], rows, lengths, 0);
        }

        var expected = Run(Device.Cpu, DType.Float32, transposed: true);
        var tolerance = type == DType.Float32 ? 1e-5 : 2e-2;
        Close.Equal(expected, Run(TestDevice.Current, type, transposed: false), tolerance, tolerance, "output");
    }

    [Fact]
    public void UploadsDoNotWaitAndDownloadsAreCounted()
    {
        Assert.SkipWhen(Absent(), "PRALINE_TEST_DEVICE names no GPU");

        using var scope = new TensorScope();
        var device = TestDevice.Current;
        _ = Tensor.Ones([1], device: device).Item<float>();
        Tensor? sum = null;
        Assert.Equal(0, CudaDevice.CountSynchronizations(() => sum = (Tensor.From<double>([1, 2, 3]).To(device, DType.Float32) * 2).Sum()));
        Assert.Equal(1, CudaDevice.CountSynchronizations(() => Assert.Equal(12f, sum!.Item<float>())));
        Assert.True(CudaDevice.Memory(device.Index).PeakAllocated > 0);
    }

    [Fact]
    public void MemoryThatDoesNotSufficeIsAnErrorOfItsOwn()
    {
        Assert.SkipWhen(Absent(), "PRALINE_TEST_DEVICE names no GPU");

        using var scope = new TensorScope();
        var error = Assert.Throws<DeviceMemoryException>(() => Tensor.Empty([1L << 44], DType.Float32, TestDevice.Current));
        Assert.Contains("memory", error.Message);
        Assert.Equal(3, Tensor.Ones([3], device: TestDevice.Current).Sum().Item<float>());
    }

    [Fact]
    public void DropoutFollowsItsGenerator()
    {
        Assert.SkipWhen(Absent(), "PRALINE_TEST_DEVICE names no GPU");

        using var scope = new TensorScope();
        using var generator = new Generator(7, TestDevice.Current);
        var x = Tensor.Ones([200, 300], device: TestDevice.Current);
        var state = generator.GetState();
        var first = F.Dropout(x, 0.25, generator);
        generator.SetState(state);
        Close.Equal(first, F.Dropout(x, 0.25, generator), 0, 0, "the same mask again");
        Assert.InRange(first.Mean().Item<float>(), 0.97f, 1.03f);
        Assert.InRange(first.Ne(0).To(DType.Float32).Mean().Item<float>(), 0.73f, 0.77f);
    }

    private static bool Absent()
    {
        if (TestDevice.IsGpu)
        {
            TorchRuntime.AllowTf32(false);
            return false;
        }

        return true;
    }

    /// <summary>Values and gradients on the device in a type, against single precision on the CPU with the same rounded inputs.</summary>
    private static void Compare(DType type, long[][] shapes, Func<Tensor[], Tensor> compute)
    {
        using var generator = new Generator(5);
        Tensor[] inputs = [.. shapes.Select(shape => Tensor.Randn(shape, generator).To(type).To(DType.Float32))];
        Tensor? probe = null;
        var expected = Run(Device.Cpu, DType.Float32);
        var actual = Run(TestDevice.Current, type);
        var tolerance = type == DType.Float32 ? 1e-5 : 2e-2;
        for (var i = 0; i < expected.Length; i++)
        {
            var size = Math.Max(1, expected[i].Abs().Max().Item<float>());
            Close.Equal(expected[i], actual[i], tolerance * size, tolerance, i == 0 ? "output" : $"gradient of input {i - 1}");
        }

        Tensor[] Run(Device device, DType computed)
        {
            Tensor[] own = [.. inputs.Select(x => x.To(device, computed).Detach().Clone())];
            foreach (var x in own)
            {
                x.RequiresGrad = true;
            }

            var output = compute(own);
            probe ??= Tensor.Randn(output.Shape, generator);
            return [output.Detach(), .. Autograd.Grad([(output * probe.To(device, computed)).Sum()], own).Select(g => g!)];
        }
    }
}
