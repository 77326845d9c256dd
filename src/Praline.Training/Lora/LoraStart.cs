using Praline.Torch;

namespace Praline.Training.Lora;

/// <summary>
/// What PiSSA (Meng et al. 2024, arXiv 2404.02948) and OLoRA (Büyükakyüz 2024, arXiv 2406.01775) take out of the base weight before the update is
/// added: the product of the factors that they start from. It follows from the weight, so PEFT's files do not have it. Here it stays a product of two thin
/// factors beside the untouched weight: without the adapter the model is the checkpoint itself.
/// </summary>
/// <param name="A">[r, in]</param>
/// <param name="B">[out, r]</param>
internal sealed record LoraStart(Tensor A, Tensor B) : IDisposable
{
    private static readonly Operator Svd = new("aten::linalg_svd");
    private static readonly Operator Qr = new("aten::linalg_qr");

    /// <summary>The product that a start takes out of a weight; null for starts that leave it alone.</summary>
    /// <param name="init">PEFT's <c>init_lora_weights</c>.</param>
    /// <param name="weight">[out, in]</param>
    /// <param name="rank">The update's rank.</param>
    /// <param name="scaling">The update's scale.</param>
    internal static LoraStart? Of(string init, Tensor weight, int rank, double scaling)
    {
        if (init is not ("pissa" or "olora"))
        {
            return null;
        }

        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        var w = weight.Detach().To(weight.DType == DType.Float64 ? DType.Float64 : DType.Float32);
        if (init == "pissa")
        {
            // The part of the r largest singular values, whatever the scale.
            var parts = Svd.CallMany(w, false, Value.None);
            var values = parts[1].Narrow(0, 0, rank);
            return new LoraStart((values.Unsqueeze(1) * parts[2].Narrow(0, 0, rank)).Contiguous().DetachFromScope(), parts[0].Narrow(1, 0, rank).Contiguous().Clone().DetachFromScope());
        }

        var (q, r) = Qr.Call2(w, "reduced");
        return new LoraStart((r.Narrow(0, 0, rank) * scaling).Contiguous().DetachFromScope(), q.Narrow(1, 0, rank).Contiguous().Clone().DetachFromScope());
    }

    /// <summary>[…, in] → […, out]</summary>
    internal Tensor Forward(Tensor x) => F.Linear(F.Linear(x.To(A.DType), A), B);

    /// <summary>[out, in]</summary>
    internal Tensor Weight() => B.MatMul(A);

    /// <inheritdoc/>
    public void Dispose()
    {
        A.Dispose();
        B.Dispose();
    }
}
