using Praline.Testing;
using Praline.Torch;
using Praline.Training.Objectives;
using Praline.Training.Objectives.Dpo;

namespace Praline.Training.Tests.Objectives;

/// <summary>Every two losses of the DPO family mix as their weighted sum, and every loss does without a reference.</summary>
public class DpoMixtureTests
{
    private const int Pairs = 4;

    [Fact]
    public void Any_two_losses_mix_by_their_weights()
    {
        using var scope = new TensorScope();
        var pairs = Statistics(withReference: true);
        foreach (var first in DpoLossTypes.Names)
        {
            foreach (var second in DpoLossTypes.Names)
            {
                var mixed = Losses(pairs, new() { ["loss_type"] = new[] { first, second }, ["loss_weights"] = new[] { 0.3, 2.0 } });
                var expected = Alone(first).Zip(Alone(second), (a, b) => (0.3 * a) + (2 * b)).ToArray();
                Close.Equal(expected, mixed, 1e-12, 1e-12, $"{first} + {second}");
            }
        }

        double[] Alone(string name) => Losses(pairs, new() { ["loss_type"] = new[] { name } });
    }

    [Fact]
    public void Without_a_reference_its_log_probabilities_count_as_zero()
    {
        using var scope = new TensorScope();
        var (alone, zero) = (Statistics(withReference: false), Statistics(withReference: false).WithoutReference());
        foreach (var name in DpoLossTypes.Names)
        {
            foreach (var ldAlpha in new double?[] { null, 0.5 })
            {
                Dictionary<string, object?> Settings(bool free) => new() { ["loss_type"] = new[] { name }, ["ld_alpha"] = ldAlpha, ["reference_free"] = free };
                Close.Equal(Losses(zero, Settings(free: false)), Losses(alone, Settings(free: true)), 1e-12, 1e-12, name);
            }
        }

        Assert.False(ObjectiveRegistry.Create("dpo", new Dictionary<string, object?> { ["reference_free"] = true }).Requirements.HasFlag(Requirements.Reference));
    }

    private static double[] Losses(PairStatistics pairs, Dictionary<string, object?> settings)
    {
        settings["label_smoothing"] = 0.1; // EXO has no value without
        return ((PairObjective)ObjectiveRegistry.Create("dpo", settings)).Compute(pairs).Losses.ToArray<double>();
    }

    private static PairStatistics Statistics(bool withReference)
    {
        var (policy, reference) = (Responses(1), Responses(2));
        long[] chosen = [.. Enumerable.Range(0, Pairs).Select(i => 2L * i)], rejected = [.. chosen.Select(i => i + 1)];
        return new PairStatistics
        {
            Chosen = policy.Select(chosen),
            Rejected = policy.Select(rejected),
            ReferenceChosen = withReference ? reference.Select(chosen) : null,
            ReferenceRejected = withReference ? reference.Select(rejected) : null,
        };
    }

    private static ResponseStatistics Responses(int seed)
    {
        var random = new Random(seed);
        long[] lengths = [.. Enumerable.Range(0, 2 * Pairs).Select(i => 2L + (i % 3))];
        return ResponseStatistics.FromTokens(new ResponseTokens(Tensor.From<double>([.. Enumerable.Range(0, (int)lengths.Sum()).Select(_ => -0.1 - random.NextDouble())]), lengths));
    }
}
