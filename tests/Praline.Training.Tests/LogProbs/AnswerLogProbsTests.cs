using Praline.Testing;
using Praline.Torch;
using Praline.Torch.Nn;
using Praline.Torch.Serialization;
using Praline.Training.LogProbs;
using Praline.Training.Lora;

namespace Praline.Training.Tests.LogProbs;

/// <summary>The chunked log-probabilities equal the full formulation (log-softmax over a whole matrix of logits), values and gradients.</summary>
public class AnswerLogProbsTests
{
    private const long Rows = 37, Width = 16, Vocabulary = 53;

    [Theory]
    [InlineData(false, 1)]
    [InlineData(false, 10)]
    [InlineData(false, 1000)]
    [InlineData(true, 1)]
    [InlineData(true, 10)]
    [InlineData(true, 1000)]
    public void Equals_full(bool headTrains, long rowsPerBlock)
    {
        using var scope = new TensorScope();
        var (head, hidden, targets) = Make(headTrains);
        var weights = Tensor.Randn([Rows], new Generator(5), DType.Float64);

        var expected = Full(head, hidden, targets);
        var objective = ((expected.LogProb * weights).Sum() + (expected.LogProb.Exp() * weights * 0.7).Sum());
        objective.Backward();
        var (hiddenGradient, weightGradient) = Take(hidden, head.Weight);

        var answers = AnswerLogProbs.Forward(
            head, hidden * 1.0, targets, new AnswerOptions { MaxLogits = rowsPerBlock * Vocabulary, Entropy = true, Concentration = true });
        ((answers.LogProb * weights).Sum() + (answers.LogProb.Exp() * weights * 0.7).Sum()).Backward();
        answers.Backward();
        Close.Equal(expected.LogProb, answers.LogProb, 1e-12, 1e-12, "log π");
        Close.Equal(expected.Entropy, answers.Entropy!, 1e-12, 1e-12, "entropy");
        Close.Equal(expected.Concentration, answers.Concentration!, 1e-12, 1e-12, "log Σ π²");
        Close.Equal(hiddenGradient!, hidden.Grad!, 1e-12, 1e-10, "∂hidden");
        if (headTrains)
        {
            Close.Equal(weightGradient!, head.Weight.Grad!, 1e-12, 1e-10, "∂weight");
        }
        else
        {
            Assert.Null(head.Weight.Grad);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Known_gradient_equals_full(bool headTrains)
    {
        using var scope = new TensorScope();
        var (head, hidden, targets) = Make(headTrains);
        var weights = Tensor.Randn([Rows], new Generator(6), DType.Float64);
        (Full(head, hidden, targets).LogProb * weights).Sum().Backward();
        var (hiddenGradient, weightGradient) = Take(hidden, head.Weight);

        AnswerLogProbs.Forward(head, hidden * 1.0, targets, new AnswerOptions { MaxLogits = 8 * Vocabulary, KnownGradient = weights }).Backward();
        Close.Equal(hiddenGradient!, hidden.Grad!, 1e-12, 1e-10, "∂hidden");
        if (headTrains)
        {
            Close.Equal(weightGradient!, head.Weight.Grad!, 1e-12, 1e-10, "∂weight");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Reference_divergence_equals_full(bool adapted)
    {
        using var scope = new TensorScope();
        var (head, hidden, targets) = Make(headTrains: false);
        using var adapter = adapted ? Adapt(head) : null;
        var reference = Tensor.Randn([Rows, Width], new Generator(9), DType.Float64);
        var weights = Tensor.Randn([Rows], new Generator(7), DType.Float64);

        var policy = F.LogSoftmax(head.Forward(hidden));
        var other = F.LogSoftmax(head.Base(reference));
        var divergence = (other.Exp() * (other - policy)).Sum([-1]);
        ((divergence * weights).Sum() + policy.Gather(1, targets.Unsqueeze(1)).Sum()).Backward();
        var (expected, _) = Take(hidden, head.Weight);

        var answers = AnswerLogProbs.Forward(head, hidden * 1.0, targets, new AnswerOptions { MaxLogits = 8 * Vocabulary, ReferenceHidden = reference });
        ((answers.ReferenceKl! * weights).Sum() + answers.LogProb.Sum()).Backward();
        answers.Backward();
        Close.Equal(divergence, answers.ReferenceKl!, 1e-12, 1e-10, "KL");
        Close.Equal(expected!, hidden.Grad!, 1e-12, 1e-10, "∂hidden");
    }

    [Fact]
    public void Dropout_in_the_head_is_replayed()
    {
        using var scope = new TensorScope();
        var (head, hidden, targets) = Make(headTrains: false);
        using var adapter = Adapt(head);
        using var generator = new Generator(11);
        adapter.DropoutGenerator = generator;
        Full(head, hidden, targets).LogProb.Sum().Backward(); // one block: the same masks as below
        var (expected, _) = Take(hidden, head.Weight);
        var factor = adapter.Parameters.First(p => p.Key.EndsWith("lora_A.weight", StringComparison.Ordinal)).Value;
        var factorGradient = factor.Grad!.Clone();
        factor.Grad = null;

        generator.ManualSeed(11);
        var answers = AnswerLogProbs.Forward(head, hidden * 1.0, targets);
        answers.LogProb.Sum().Backward();
        var next = Tensor.Rand([3], generator);
        generator.ManualSeed(11);
        AnswerLogProbs.Forward(head, hidden * 1.0, targets);
        Close.Equal(Tensor.Rand([3], generator), next, 0, 0, "the stream goes on where the forward pass left it");
        answers.Backward();
        Close.Equal(expected!, hidden.Grad!, 1e-12, 1e-10, "∂hidden");
        Close.Equal(factorGradient, factor.Grad!, 1e-12, 1e-10, "∂A");
    }

    [Fact]
    public void Retained_graphs_give_several_gradients()
    {
        using var scope = new TensorScope();
        var (head, hidden, targets) = Make(headTrains: false);
        var through = hidden * 1.0;
        var answers = AnswerLogProbs.Forward(head, through, targets);
        answers.LogProb.Narrow(0, 0, 5).Sum().Backward();
        answers.Backward(retainGraph: true);
        var (first, _) = Take(hidden, head.Weight);
        answers.LogProb.Grad = null;
        answers.LogProb.Narrow(0, 5, Rows - 5).Sum().Backward();
        answers.Backward();
        Assert.Equal(0, first!.Narrow(0, 5, Rows - 5).Abs().Max().Item<double>());
        Assert.Equal(0, hidden.Grad!.Narrow(0, 0, 5).Abs().Max().Item<double>());
    }

    private static LoraAdapter Adapt(Linear head)
    {
        return LoraAdapter.Create(StoreOf(head), new LoraConfig { R = 3, LoraAlpha = 6, LoraDropout = 0.3, TargetModules = ["lm_head"] }, 3, DType.Float64)
            .WithRandomB();
    }

    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<Linear, ParameterStore> Stores = [];

    private static ParameterStore StoreOf(Linear head) => Stores.TryGetValue(head, out var store) ? store : throw new InvalidOperationException();

    private static (Linear Head, Tensor Hidden, Tensor Targets) Make(bool headTrains)
    {
        var store = new ParameterStore(new RandomSource(3, 0.5), DType.Float64);
        var head = new Linear(store.Root["lm_head"], Width, Vocabulary, bias: false);
        Stores.Add(head, store);
        head.Weight.RequiresGrad = headTrains;
        var hidden = Tensor.Randn([Rows, Width], new Generator(1), DType.Float64);
        hidden.RequiresGrad = true;
        var targets = (Tensor.Rand([Rows], new Generator(2)) * Vocabulary).To(DType.Int64);
        return (head, hidden, targets);
    }

    private static (Tensor LogProb, Tensor Entropy, Tensor Concentration) Full(Linear head, Tensor hidden, Tensor targets)
    {
        var all = F.LogSoftmax(head.Forward(hidden));
        return (all.Gather(1, targets.Unsqueeze(1)).Squeeze(1), -(all.Exp() * all).Sum([-1]), all.Exp().Pow(2).Sum([-1]).Log());
    }

    private static (Tensor? Hidden, Tensor? Weight) Take(Tensor hidden, Tensor weight)
    {
        var result = (hidden.Grad?.Clone(), weight.Grad?.Clone());
        hidden.Grad = null;
        weight.Grad = null;
        return result;
    }
}
