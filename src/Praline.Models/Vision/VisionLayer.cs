using Praline.Models.Language;
using Praline.Torch;
using Praline.Torch.Nn;

namespace Praline.Models.Vision;

/// <summary>One pre-norm transformer layer of CLIP or SigLIP; between attention and feed-forward, similar tokens may be merged.</summary>
public sealed class VisionLayer
{
    private readonly LayerNorm _attentionNorm;
    private readonly VisionAttention _attention;
    private readonly LayerNorm _feedForwardNorm;
    private readonly Linear _up;
    private readonly Linear _down;
    private readonly Func<Tensor, Tensor> _activation;

    /// <summary>Takes <c>layer_norm1</c>, <c>self_attn</c>, <c>layer_norm2</c>, <c>mlp.fc1</c> and <c>mlp.fc2</c>.</summary>
    public VisionLayer(Weights weights, int hidden, int intermediate, int heads, string activation, double eps)
    {
        _attentionNorm = new LayerNorm(weights["layer_norm1"], hidden, eps);
        _attention = new VisionAttention(weights["self_attn"], hidden, heads);
        _feedForwardNorm = new LayerNorm(weights["layer_norm2"], hidden, eps);
        _up = new Linear(weights["mlp"]["fc1"], hidden, intermediate, bias: true);
        _down = new Linear(weights["mlp"]["fc2"], intermediate, hidden, bias: true);
        _activation = Activation.Get(activation);
    }

    /// <summary>[images, tokens, hidden] → the same shape.</summary>
    public Tensor Forward(Tensor x)
    {
        using var scope = new TensorScope();
        var (attended, _) = _attention.Forward(_attentionNorm.Forward(x));
        return FeedForward(x + attended).MoveToOuterScope();
    }

    /// <summary>
    /// [images, tokens, hidden] → [images, tokens − r, hidden], and how many first tokens each token now stands for
    /// [images, tokens − r, 1]; null still means one each.
    /// </summary>
    /// <remarks>
    /// The original adds log(size) to the attention scores along the query axis, where softmax cancels it: attention is not
    /// proportional to the sizes, and nothing is added here.
    /// </remarks>
    public (Tensor X, Tensor? Sizes) ForwardMerging(Tensor x, Tensor? sizes, long r)
    {
        using var scope = new TensorScope();
        var (attended, metric) = _attention.Forward(_attentionNorm.Forward(x), withMetric: true);
        x += attended;
        if (TokenMatching.Find(metric!, r, classToken: true) is { } matching)
        {
            (x, sizes) = matching.WeightedAverage(x, sizes);
            sizes.MoveToOuterScope();
        }

        return (FeedForward(x).MoveToOuterScope(), sizes);
    }

    /// <summary><see cref="Forward"/>, of which only the input is kept for the backward pass.</summary>
    /// <param name="x">[images, tokens, hidden]</param>
    /// <param name="generators">What adapters in it draw from.</param>
    internal Tensor ForwardCheckpointed(Tensor x, IReadOnlyList<Generator> generators) => Checkpoint.Run((input, _) => Forward(input), x, [], generators);

    /// <summary><see cref="ForwardMerging"/>, of which only the inputs are kept for the backward pass.</summary>
    internal (Tensor X, Tensor? Sizes) ForwardMergingCheckpointed(Tensor x, Tensor? sizes, long r, IReadOnlyList<Generator> generators)
    {
        if (!NoGrad.IsGradEnabled)
        {
            return ForwardMerging(x, sizes, r);
        }

        Tensor? merged = null;
        var again = false;
        var result = Checkpoint.Run(
            (input, known) =>
            {
                var (output, counts) = ForwardMerging(input, known.FirstOrDefault(), r);
                if (!again)
                {
                    // Whole numbers that no gradient flows through: the first time's are right.
                    (merged, again) = (ReferenceEquals(counts, sizes) ? counts : counts?.MoveToOuterScope(), true);
                }

                return output;
            },
            x, sizes is null ? [] : [sizes], generators);
        return (result, merged);
    }

    private Tensor FeedForward(Tensor x) => x + _down.Forward(_activation(_up.Forward(_feedForwardNorm.Forward(x))));
}
