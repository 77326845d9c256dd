using Praline.Torch;
using Praline.Training.Objectives;

namespace Praline.Training.Tests.Objectives;

/// <summary>Every objective's gradient against central differences of its value, in double precision, at a point of no kink.</summary>
public class FiniteDifferenceTests
{
    private const int Pairs = 4;
    private const double Step = 1e-5;

    public static TheoryData<string> Names => [.. ObjectiveRegistry.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradient_is_the_slope(string name)
    {
        using var scope = new TensorScope();
        var objective = Make(name);
        var point = Point(1);
        var reference = Point(2);
        var leaf = Tensor.From<double>(point);
        leaf.RequiresGrad = true;
        Loss(objective, leaf, reference).Backward();
        var gradient = leaf.Grad!.ToArray<double>();
        Assert.Contains(gradient, g => g != 0);
        using var noGrad = NoGrad.Begin();
        for (var i = 0; i < point.Length; i++)
        {
            double At(double shift)
            {
                var moved = (double[])point.Clone();
                moved[i] += shift;
                return Loss(Make(name), Tensor.From<double>(moved), reference).Item<double>();
            }

            var slope = (At(Step) - At(-Step)) / (2 * Step);
            Assert.True(Math.Abs(slope - gradient[i]) <= 1e-7 + (1e-5 * Math.Abs(slope)), $"{name}, token {i}: slope {slope}, gradient {gradient[i]}");
        }
    }

    [Fact]
    public void Listwise_dpo_of_two_is_dpo()
    {
        using var scope = new TensorScope();
        var tokens = Tokens(Tensor.From<double>(Point(1)));
        var other = Tokens(Tensor.From<double>(Point(2)));
        var (policy, reference) = (ResponseStatistics.FromTokens(tokens).Select(0, 1), ResponseStatistics.FromTokens(other).Select(0, 1));
        var list = ((ListObjective)ObjectiveRegistry.Create("listwise_dpo")).Loss(policy, reference).Item<double>();
        var pair = ((PairObjective)ObjectiveRegistry.Create("dpo")).Compute(new PairStatistics
        {
            Chosen = policy.Select(0),
            Rejected = policy.Select(1),
            ReferenceChosen = reference.Select(0),
            ReferenceRejected = reference.Select(1),
        }).Losses.Item<double>();
        Assert.Equal(pair, list, 12);
    }

    [Fact]
    public void Unknown_names_list_the_known()
    {
        Assert.Contains("did you mean 'synpo'", Assert.Throws<PralineException>(() => ObjectiveRegistry.Create("synpoo")).Message);
        Assert.Contains("label_smoothing", Assert.Throws<PralineException>(
            () => ObjectiveRegistry.Create("dpo", new Dictionary<string, object?> { ["label_smoothin"] = 1.0 })).Message);
    }

    /// <summary>With defaults; TDPO₂ stops a gradient on purpose, so that its slope is another: TDPO₁ stands for both.</summary>
    private static IObjective Make(string name) =>
        ObjectiveRegistry.Create(name, name == "tdpo" ? new Dictionary<string, object?> { ["if_tdpo2"] = false } : null);

    /// <summary>Token log-probabilities of 2 × <see cref="Pairs"/> responses, no two tokens alike.</summary>
    private static double[] Point(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, (int)Lengths().Sum()).Select(_ => -0.2 - (2.3 * random.NextDouble()))];
    }

    private static long[] Lengths() => [.. Enumerable.Range(0, 2 * Pairs).Select(i => 2L + (i % 3))];

    private static ResponseTokens Tokens(Tensor logProbs) => new(logProbs, Lengths());

    private static Tensor Loss(IObjective objective, Tensor leaf, double[] referencePoint)
    {
        var tokens = Tokens(leaf);
        var all = ResponseStatistics.FromTokens(tokens);
        // Stand-ins that depend on the tokens: what matters is that gradients arrive where they should.
        all = all with { SequentialKl = tokens.SumPerResponse(leaf * leaf), MeanAlignedLogProb = all.MeanLogProb.Detach() * 0.1 };
        var other = ResponseStatistics.FromTokens(Tokens(Tensor.From<double>(referencePoint)));
        long[] first = [.. Enumerable.Range(0, Pairs).Select(i => 2L * i)], second = [.. first.Select(i => i + 1)];
        switch (objective)
        {
            case PairObjective pair:
                return pair.Compute(new PairStatistics
                {
                    Chosen = all.Select(first),
                    Rejected = all.Select(second),
                    ReferenceChosen = other.Select(first),
                    ReferenceRejected = other.Select(second),
                }).Losses.Mean();
            case RatedObjective rated:
                return rated.Compute(new RatedStatistics
                {
                    Desirable = all.Select(first),
                    Undesirable = all.Select(second),
                    ReferenceDesirable = other.Select(first),
                    ReferenceUndesirable = other.Select(second),
                    MismatchedSumLogProb = Tensor.From<double>([-3, -2]),
                    ReferenceMismatchedSumLogProb = Tensor.From<double>([-3.5, -2.1]),
                }).Losses.Mean();
            default:
                return ((ListObjective)objective).Loss(all, other);
        }
    }
}
