using Praline.Torch;
using Praline.Torch.Nn;
using Praline.Training.Engine;

namespace Praline.Training.Lora;

/// <summary>
/// A low-rank update beside a frozen linear layer: y = x Wᵀ + b + s · drop(x) Aᵀ Bᵀ. With a magnitude m (DoRA) the sum's rows are
/// scaled to it: the weight is m · (W + s B A) / ‖W + s B A‖ with the norm taken as a constant. With a bias β (<c>lora_bias</c>) s β is added; where
/// the update starts from a part of W (PiSSA, OLoRA), that part is taken out of W first.
/// </summary>
internal sealed class LoraLinear : ILinearAdapter, IRandomized, ILoraModule
{
    private const string Layers = "model.layers.";
    private static readonly Operator AddmmInPlace = new("aten::addmm_");
    private readonly LoraAdapter _owner;
    private readonly ulong _salt;
    private readonly bool _inStream; // a layer of the language model: its rows are the packed stream's

    internal LoraLinear(LoraAdapter owner, string module, Linear layer, double scaling, Tensor a, Tensor b, Tensor? magnitude, Tensor? bias = null, LoraStart? start = null)
    {
        (_owner, Module, Layer, Scaling, A, B, Magnitude, Bias, Start) = (owner, module, layer, scaling, a, b, magnitude, bias, start);
        _salt = Seeds.Derive(0, module);
        _inStream = module.StartsWith(Layers, StringComparison.Ordinal) || module.Contains("." + Layers, StringComparison.Ordinal);
    }

    internal Linear Layer { get; }

    internal double Scaling { get; }

    /// <summary>[r, in]</summary>
    internal Tensor A { get; }

    /// <summary>[out, r]</summary>
    internal Tensor B { get; }

    /// <summary>[out], or null without DoRA.</summary>
    internal Tensor? Magnitude { get; }

    /// <summary>[out], or null without <c>lora_bias</c>.</summary>
    internal Tensor? Bias { get; }

    /// <summary>What the base weight loses; null for nothing.</summary>
    internal LoraStart? Start { get; }

    /// <inheritdoc/>
    public Generator? Generator => _owner.DropoutGenerator;

    /// <inheritdoc/>
    public string Module { get; }

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<string, Tensor>> Parameters
    {
        get
        {
            yield return new($"{Module}.lora_A.weight", A);
            yield return new($"{Module}.lora_B.weight", B);
            if (Bias is not null)
            {
                yield return new($"{Module}.lora_B.bias", Bias);
            }

            if (Magnitude is not null)
            {
                yield return new($"{Module}.lora_magnitude_vector", Magnitude);
            }
        }
    }

    /// <inheritdoc/>
    public Tensor Forward(Linear layer, Tensor x)
    {
        var result = layer.Base(x);
        if (!_owner.Enabled)
        {
            return result;
        }

        var generator = _owner.DropoutGenerator;
        using var scope = new TensorScope();
        if (Start is not null)
        {
            using var whole = result;
            result = (result - Start.Forward(x).To(result.DType)).MoveToOuterScope();
        }

        if (Bias is not null)
        {
            using var whole = result;
            result = (result + (Bias * Scaling).To(result.DType)).MoveToOuterScope();
        }

        var dropped = generator is null ? x
            : (_inStream ? _owner.DropoutRows?.Drop(x, _salt, _owner.Config.LoraDropout) : null) ?? F.Dropout(x, _owner.Config.LoraDropout, generator);
        if (Magnitude is null && A.DType == DType.Float32 && x.DType is DType.BFloat16 or DType.Float16)
        {
            // As autocast does: the numbers that train are in single precision, the products in the model's type.
            AddmmInPlace.Run(result.View(-1, result.Size(-1)), (F.Linear(dropped, A.To(x.DType)) * Scaling).View(-1, A.Size(0)), B.To(x.DType).Transpose(0, 1));
            return result;
        }

        var inner = F.Linear(dropped.To(A.DType), A) * Scaling; // [T, r]: scaled here, where it is small
        if (Magnitude is not null)
        {
            using var plain = result;
            return WithMagnitude(layer, plain, generator is null ? null : dropped, inner).MoveToOuterScope();
        }

        if (result.Dim == 2 && result.DType == A.DType && !RowByRow.IsOn)
        {
            // The product adds itself to the layer's output, which no gradient looks at: no other [T, out] is ever made.
            AddmmInPlace.Run(result, inner, B.Transpose(0, 1));
            return result;
        }

        using var unadapted = result;
        return (result + F.Linear(inner, B).To(result.DType)).MoveToOuterScope();
    }

    private Tensor WithMagnitude(Linear layer, Tensor result, Tensor? dropped, Tensor inner)
    {
        var factor = Magnitude! / WeightNorm();
        var plain = dropped is not null ? Plain(layer, dropped) : layer.Bias is null ? result : result - layer.Bias;
        var update = ((factor - 1) * plain.To(A.DType)) + (factor * F.Linear(inner, B));
        return result + update.To(result.DType);
    }

    private Tensor Plain(Linear layer, Tensor x)
    {
        var plain = F.Linear(x, layer.Weight);
        return Start is null ? plain : plain - Start.Forward(x).To(plain.DType);
    }

    /// <inheritdoc/>
    public Tensor MergedWeight()
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        var merged = Layer.Weight + Update().To(Layer.Weight.DType);
        if (Magnitude is not null)
        {
            merged = (Magnitude / WeightNorm()).Unsqueeze(1).To(merged.DType) * merged;
        }

        return merged.MoveToOuterScope();
    }

    /// <summary>s B A, less what the base weight loses: [out, in].</summary>
    private Tensor Update()
    {
        var update = B.MatMul(A) * Scaling;
        return Start is null ? update : update - Start.Weight();
    }

    /// <inheritdoc/>
    public Tensor BaseWeight => Layer.Weight;

    /// <inheritdoc/>
    public Tensor? BaseBias => Bias is null ? null : Layer.Bias;

    /// <inheritdoc/>
    public Tensor? MergedBias()
    {
        if (Bias is null)
        {
            return null;
        }

        if (Layer.Bias is null)
        {
            throw new PralineException($"The adapter has a bias for {Module} (lora_bias), and the layer of the model has none to add it to: it can't be merged. Use it unmerged.");
        }

        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        return (Layer.Bias + (Bias * Scaling).To(Layer.Bias.DType)).MoveToOuterScope();
    }

    /// <inheritdoc/>
    public void Free() => Start?.Dispose();

    /// <inheritdoc/>
    public void Attach() => Layer.Adapter = this;

    /// <inheritdoc/>
    public void Detach()
    {
        if (ReferenceEquals(Layer.Adapter, this))
        {
            Layer.Adapter = null;
        }
    }

    /// <summary>‖W + s B A‖ per output: [out], a constant for the gradient.</summary>
    internal Tensor WeightNorm()
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        var sum = Layer.Weight.To(A.DType) + Update();
        return (sum * sum).Sum([1]).Sqrt().MoveToOuterScope();
    }
}
