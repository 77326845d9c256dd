using Praline.Torch;
using Praline.Torch.Nn;

namespace Praline.Training.LogProbs;

/// <summary>
/// Log-probabilities of answer tokens from hidden states, a block of rows at a time: a [tokens × vocabulary] matrix never exists,
/// forward or backward.
/// <para>
/// Use it in four steps. Forward gives <see cref="LogProb"/> as a leaf; an objective computes a loss from it (a small graph); the
/// loss's backward leaves ∂loss/∂log π(y_t) = c_t in the leaf; <see cref="Backward"/> then carries it on into the hidden states and,
/// if the head trains, into the head. Since ∂log π(y_t)/∂h_t = W[y_t] − Σ_v π(v) W[v] does not depend on the loss, a frozen head
/// computes that direction in the forward pass, while the block of probabilities is at hand.
/// </para>
/// </summary>
public sealed class AnswerLogProbs
{
    private static readonly Operator ExpInPlace = new("aten::exp_");
    private static readonly Operator ScatterAddInPlace = new("aten::scatter_add_");
    private static readonly Operator MulTensorInPlace = new("aten::mul_", "Tensor");

    private readonly Linear _head;
    private readonly Tensor _hidden;
    private readonly Tensor _targets;
    private readonly long _rows;
    private readonly bool _headTrains;
    private readonly Tensor? _referenceHidden;
    private readonly List<Tensor> _randomStates = [];
    private Tensor? _direction;
    private Tensor? _klDirection;

    private AnswerLogProbs(Linear head, Tensor hidden, Tensor targets, AnswerOptions options)
    {
        _head = head;
        _hidden = hidden;
        _targets = targets;
        _referenceHidden = options.ReferenceHidden;
        _rows = Math.Max(1, options.MaxLogits / head.Weight.Size(0));
        _headTrains = head.Adapter is not null || head.Weight.RequiresGrad || head.Bias is { RequiresGrad: true };
    }

    /// <summary>log π(y_t): [n], single precision (double for double models), a leaf that takes gradients.</summary>
    public Tensor LogProb { get; private set; } = null!;

    /// <summary>Entropy of each next-token distribution: [n], no gradient; null unless asked for.</summary>
    public Tensor? Entropy { get; private set; }

    /// <summary>log Σ_v π(v)²: [n], no gradient; null unless asked for.</summary>
    public Tensor? Concentration { get; private set; }

    /// <summary>KL(π_ref ‖ π) per token: [n], a leaf that takes gradients; null unless asked for.</summary>
    public Tensor? ReferenceKl { get; private set; }

    /// <summary>Computes the log-probabilities.</summary>
    /// <param name="head">The output layer [V, D]; it may have an adapter, and it may train.</param>
    /// <param name="hidden">Hidden states at the positions before the answer tokens: [n, D], normally with a graph.</param>
    /// <param name="targets">The answer tokens: Int64 [n].</param>
    /// <param name="options">What else is wanted.</param>
    public static AnswerLogProbs Forward(Linear head, Tensor hidden, Tensor targets, AnswerOptions? options = null)
    {
        options ??= new AnswerOptions();
        var result = new AnswerLogProbs(head, hidden, targets, options);
        result.RunForward(options);
        return result;
    }

    /// <summary>
    /// Carries <c>LogProb.Grad</c> (and <c>ReferenceKl.Grad</c>) on: into the graph behind the hidden states and into the head's
    /// parameters.
    /// </summary>
    /// <param name="retainGraph">Keep the graph for another backward pass.</param>
    public void Backward(bool retainGraph = false)
    {
        using var scope = new TensorScope();
        var gradient = HiddenGradient();
        if (_hidden.RequiresGrad)
        {
            _hidden.Backward(gradient, retainGraph);
        }
    }

    /// <summary>
    /// ∂loss/∂hidden [n, D] for the gradients that were left in the leaves; the head's own gradients are added on the way.
    /// </summary>
    public Tensor HiddenGradient()
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        if (_direction is null)
        {
            return Recompute(LogProb.Grad ?? LogProb.ZerosLike(), ReferenceKl?.Grad).MoveToOuterScope();
        }

        var scale = LogProb.Grad is { } c ? c.Unsqueeze(1).To(_direction.DType) : null;
        var gradient = scale is null ? _direction.ZerosLike() : _direction * scale;
        if (ReferenceKl?.Grad is { } k)
        {
            gradient = gradient + (_klDirection! * k.Unsqueeze(1).To(_klDirection!.DType));
        }

        return gradient.MoveToOuterScope();
    }

    private void RunForward(AnswerOptions options)
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        var wantsGradient = _hidden.RequiresGrad || _headTrains;
        var known = options.KnownGradient;
        var direct = wantsGradient && !_headTrains && known is null;
        List<Tensor> logProbs = [], entropies = [], concentrations = [], directions = [], divergences = [], klDirections = [];
        var count = _targets.Size(0);
        for (long start = 0; start < count; start += _rows)
        {
            using var block = new TensorScope();
            var length = Math.Min(_rows, count - start);
            var targets = _targets.Narrow(0, start, length);
            var rows = _hidden.Detach().Narrow(0, start, length);
            if (known is not null && wantsGradient)
            {
                var (logProb, gradient) = ForwardAndBackward(rows, targets, known.Narrow(0, start, length));
                logProbs.Add(logProb.MoveToOuterScope());
                directions.Add(gradient.MoveToOuterScope());
                continue;
            }

            RememberRandomState();
            var logits = Wide(_head.Forward(rows));
            var all = F.LogSoftmax(logits);
            logProbs.Add(all.Gather(1, targets.Unsqueeze(1)).Squeeze(1).MoveToOuterScope());
            if (options.Concentration)
            {
                concentrations.Add((2 * all).LogSumExp(-1).MoveToOuterScope());
            }

            if (options.ReferenceHidden is { } reference)
            {
                var other = F.LogSoftmax(Wide(_head.Base(reference.Narrow(0, start, length))));
                var otherProbs = other.Exp();
                divergences.Add((otherProbs * (other - all)).Sum([-1]).MoveToOuterScope());
                if (direct)
                {
                    klDirections.Add((all.Exp() - otherProbs).To(rows.DType).MatMul(_head.Weight).MoveToOuterScope());
                }
            }

            if (options.Entropy)
            {
                entropies.Add((-(all.Exp() * all).Sum([-1])).MoveToOuterScope());
            }

            if (direct)
            {
                ExpInPlace.Run(all); // probabilities from here on
                var expected = all.To(rows.DType).MatMul(_head.Weight);
                directions.Add((_head.Weight.IndexSelect(0, targets) - expected).MoveToOuterScope());
            }
        }

        LogProb = Join(logProbs)!;
        LogProb.RequiresGrad = wantsGradient && known is null;
        Entropy = Join(entropies);
        Concentration = Join(concentrations);
        ReferenceKl = Join(divergences);
        if (ReferenceKl is not null && wantsGradient)
        {
            ReferenceKl.RequiresGrad = true;
        }

        _klDirection = Join(klDirections);
        _direction = Join(directions);
        if (known is not null && wantsGradient)
        {
            // The directions are weighted already.
            LogProb.Grad = LogProb.OnesLike();
        }
    }

    /// <summary>One block with its gradient at once: logits exist only here.</summary>
    private (Tensor LogProb, Tensor HiddenGradient) ForwardAndBackward(
        Tensor rows, Tensor targets, Tensor weights, Divergence? divergence = null)
    {
        var leaf = rows.Alias();
        Tensor logits;
        using (_headTrains ? NoGrad.EnableGrad() : NoGrad.Begin())
        {
            if (_headTrains)
            {
                leaf = rows.Detach();
                leaf.RequiresGrad = true;
            }

            logits = _head.Forward(leaf);
        }

        var all = F.LogSoftmax(Wide(logits.Detach()));
        var logProb = all.Gather(1, targets.Unsqueeze(1)).Squeeze(1);
        return (logProb, LogitGradientToHidden(leaf, logits, all, targets, weights, divergence));
    }

    /// <summary>
    /// From log-probabilities of a block to ∂/∂hidden: ∂/∂logits = c_t (onehot(y_t) − π), built in place of the log-probabilities.
    /// </summary>
    private Tensor LogitGradientToHidden(
        Tensor leaf, Tensor logits, Tensor all, Tensor targets, Tensor weights, Divergence? divergence)
    {
        var scale = weights.Unsqueeze(1).To(all.DType);
        ExpInPlace.Run(all);
        var shift = divergence is { } d
            ? (all - F.Softmax(Wide(_head.Base(d.ReferenceRows)))) * d.Weights.Unsqueeze(1).To(all.DType) // ∂KL/∂logits = π − π_ref
            : null;
        MulTensorInPlace.Run(all, -scale);
        ScatterAddInPlace.Run(all, 1, targets.Unsqueeze(1), scale);
        if (shift is not null)
        {
            all.AddInPlace(shift);
        }

        if (!_headTrains)
        {
            return all.To(leaf.DType).MatMul(_head.Weight);
        }

        Autograd.Backward([logits], [all.To(logits.DType)]);
        return leaf.Grad!;
    }

    private Tensor Recompute(Tensor weights, Tensor? divergenceWeights)
    {
        List<Tensor> gradients = [];
        var count = _targets.Size(0);
        var number = 0;
        for (long start = 0; start < count; start += _rows)
        {
            using var block = new TensorScope();
            using var replay = ReplayRandomState(number++);
            var length = Math.Min(_rows, count - start);
            var targets = _targets.Narrow(0, start, length);
            var divergence = divergenceWeights is null ? default(Divergence?) : new Divergence(
                _referenceHidden!.Narrow(0, start, length), divergenceWeights.Narrow(0, start, length));
            var (_, gradient) = ForwardAndBackward(
                _hidden.Detach().Narrow(0, start, length), targets, weights.Narrow(0, start, length), divergence);
            gradients.Add(gradient.MoveToOuterScope());
        }

        return Join(gradients, detach: false)!;
    }

    private void RememberRandomState()
    {
        if (_head.Adapter is IRandomized { Generator: { } generator })
        {
            _randomStates.Add(generator.GetState().DetachFromScope());
        }
    }

    private Restore ReplayRandomState(int block)
    {
        if (block >= _randomStates.Count || _head.Adapter is not IRandomized { Generator: { } generator })
        {
            return default;
        }

        var present = generator.GetState();
        generator.SetState(_randomStates[block]);
        return new Restore(generator, present);
    }

    private static Tensor Wide(Tensor logits) => logits.DType is DType.Float64 or DType.Float32 ? logits : logits.To(DType.Float32);

    /// <summary>Blocks as one tensor, handed to the caller's scope.</summary>
    private static Tensor? Join(List<Tensor> blocks, bool detach = true)
    {
        if (blocks.Count == 0)
        {
            return null;
        }

        var joined = blocks.Count == 1 ? blocks[0].Alias() : Tensor.Cat([.. blocks]);
        return detach ? joined.MoveToOuterScope() : joined;
    }

    private readonly record struct Divergence(Tensor ReferenceRows, Tensor Weights);

    private readonly record struct Restore(Generator? Generator, Tensor? State) : IDisposable
    {
        public void Dispose() => Generator?.SetState(State!);
    }
}
