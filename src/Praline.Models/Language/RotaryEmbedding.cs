using Praline.Torch;

namespace Praline.Models.Language;

/// <summary>
/// Rotary positions (Su et al. 2021, in the half-split layout of transformers): the cosines and sines by which each head's pairs
/// (i, i + d/2) are turned, with the published ways of stretching them to longer texts.
/// </summary>
public sealed class RotaryEmbedding(LlamaConfig config)
{
    private readonly double[] _inverseFrequencies = InverseFrequencies(config, config.MaxPositionEmbeddings);

    /// <summary>What cosines and sines are multiplied by (yarn; else 1).</summary>
    public double Scale { get; } = config.RopeScaling?.Scale ?? 1;

    /// <summary>
    /// Cosines and sines [N, HeadDim / 2] for flat positions Int64 [N], or for Qwen2-VL's three positions per token Int64 [3, N].
    /// </summary>
    public (Tensor Cos, Tensor Sin) At(Tensor positions, DType dtype)
    {
        using var scope = new TensorScope();
        var inverse = config.RopeScaling is { Type: "dynamic" } && positions.Numel > 0
            ? InverseFrequencies(config, positions.Max().Item<long>() + 1)
            : _inverseFrequencies;
        var wide = dtype is DType.Float64 ? DType.Float64 : DType.Float32;
        var frequencies = Tensor.From<double>(inverse).To(positions.Device, wide);
        var angles = positions.To(wide).Unsqueeze(-1) * frequencies;  // [N, d/2] or [3, N, d/2]
        if (angles.Dim == 3)
        {
            angles = MergeSections(angles);
        }

        var (cos, sin) = RowByRow.IsOn && angles.Device.Type == DeviceType.Cpu ? OneByOne(angles) : (angles.Cos(), angles.Sin());
        if (Scale != 1)
        {
            (cos, sin) = (cos * Scale, sin * Scale);
        }

        return (cos.To(dtype).MoveToOuterScope(), sin.To(dtype).MoveToOuterScope());
    }

    /// <summary>
    /// Cosines and sines that don't depend on where in the tensor an angle stands: libtorch's vectors and what is left over beside them differ in the last bit.
    /// </summary>
    private static (Tensor Cos, Tensor Sin) OneByOne(Tensor angles)
    {
        if (angles.DType == DType.Float64)
        {
            var wide = angles.ToArray<double>();
            return (Tensor.From<double>([.. wide.Select(Math.Cos)], angles.Shape), Tensor.From<double>([.. wide.Select(Math.Sin)], angles.Shape));
        }

        var all = angles.ToArray<float>();
        return (Tensor.From<float>([.. all.Select(MathF.Cos)], angles.Shape), Tensor.From<float>([.. all.Select(MathF.Sin)], angles.Shape));
    }

    /// <summary>The d/2 inverse wavelengths for texts of a length (which only <c>dynamic</c> looks at).</summary>
    public static double[] InverseFrequencies(LlamaConfig config, long length)
    {
        double[] Plain(double theta) =>
            [.. Enumerable.Range(0, config.HeadDim / 2).Select(i => Math.Pow(theta, -2.0 * i / config.HeadDim))];
        var plain = Plain(config.RopeTheta);
        return config.RopeScaling switch
        {
            { Type: "linear" } linear => [.. plain.Select(f => f / linear.Factor)],
            { Type: "dynamic" } dynamic => Plain(DynamicTheta(config, dynamic, length)),
            { Type: "llama3" } llama3 => [.. plain.Select(f => Llama3(f, llama3, llama3.OriginalMaxPositions ?? config.MaxPositionEmbeddings))],
            { Type: "yarn" } yarn => Yarn(plain, config, yarn),
            _ => plain,
        };
    }

    private static double DynamicTheta(LlamaConfig config, RopeScaling scaling, long length)
    {
        double known = scaling.OriginalMaxPositions ?? config.MaxPositionEmbeddings;
        var stretch = (scaling.Factor * Math.Max(length, known) / known) - (scaling.Factor - 1);
        return config.RopeTheta * Math.Pow(stretch, (double)config.HeadDim / (config.HeadDim - 2));
    }

    private static double Llama3(double frequency, RopeScaling scaling, double known)
    {
        var wavelength = 2 * Math.PI / frequency;
        if (wavelength < known / scaling.HighFrequencyFactor)
        {
            return frequency;
        }

        if (wavelength > known / scaling.LowFrequencyFactor)
        {
            return frequency / scaling.Factor;
        }

        var smooth = ((known / wavelength) - scaling.LowFrequencyFactor) / (scaling.HighFrequencyFactor - scaling.LowFrequencyFactor);
        return ((1 - smooth) * frequency / scaling.Factor) + (smooth * frequency);
    }

    private static double[] Yarn(double[] plain, LlamaConfig config, RopeScaling scaling)
    {
        // Peng et al. 2023: between two rotation counts the frequencies go over from kept to divided.
        double known = scaling.OriginalMaxPositions ?? config.MaxPositionEmbeddings;
        double DimensionAt(double rotations) =>
            config.HeadDim * Math.Log(known / (rotations * 2 * Math.PI)) / (2 * Math.Log(config.RopeTheta));
        var (first, last) = (DimensionAt(scaling.BetaFast), DimensionAt(scaling.BetaSlow));
        var low = Math.Max(0, scaling.Truncate ? Math.Floor(first) : first);
        var high = Math.Min(config.HeadDim - 1, scaling.Truncate ? Math.Ceiling(last) : last);
        var width = low == high ? 0.001 : high - low;
        return [.. plain.Select((f, i) =>
        {
            var divided = Math.Clamp((i - low) / width, 0, 1);
            return (f / scaling.Factor * divided) + (f * (1 - divided));
        })];
    }

    private Tensor MergeSections(Tensor angles)
    {
        if (config.RopeScaling?.MropeSection is not { } sections || sections.Sum() != config.HeadDim / 2)
        {
            throw new PralineException(
                $"Three positions per token need rope_scaling.mrope_section with sum {config.HeadDim / 2}, found "
                + $"[{string.Join(", ", config.RopeScaling?.MropeSection ?? [])}].");
        }

        if (config.RopeScaling.MropeInterleaved)
        {
            // Qwen3-VL: time, height, width in turn for each frequency, time alone at the end.
            var owners = Enumerable.Range(0, config.HeadDim / 2).Select(f => f % 3 is var axis and > 0 && f < 3 * sections[axis] ? axis : 0);
            return Tensor.Cat([.. owners.Select((axis, f) => angles.Select(0, axis).Narrow(-1, f, 1))], -1);
        }

        // Qwen2-VL: consecutive frequencies belong to time, height and width in turn.
        var pieces = new List<Tensor>();
        long start = 0;
        for (var i = 0; i < sections.Count; i++)
        {
            pieces.Add(angles.Select(0, i % 3).Narrow(-1, start, sections[i]));
            start += sections[i];
        }

        return Tensor.Cat([.. pieces], -1);
    }
}
