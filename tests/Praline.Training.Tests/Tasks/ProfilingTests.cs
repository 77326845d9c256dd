using Praline.Testing;
using Praline.Torch;
using Praline.Training.Objectives;
using Praline.Training.Tasks;

namespace Praline.Training.Tests.Tasks;

/// <summary>Profiling gives the same gradient as training, and the rewards' own norms, in as few backward passes as there can be.</summary>
public class ProfilingTests
{
    [Theory]
    [InlineData("dpo", 2)]
    [InlineData("ipo", 2)]
    [InlineData("simpo", 2)]
    [InlineData("rrhf", 2)]
    [InlineData("synpo", 3)]
    [InlineData("tdpo", 3)] // the divergence of the chosen response is a constant in TDPO₂
    public void Gradients_are_those_of_training(string method, int passesPerPair)
    {
        using var scope = new TensorScope();
        using var tiny = TinyLlama.Random(dtype: DType.Float64);
        using var model = TinyExamples.WithLora(tiny);
        var examples = TinyExamples.Make(3, 2);
        var objective = (PairObjective)ObjectiveRegistry.Create(method);
        var reference = objective.Requirements.HasFlag(Requirements.Reference) ? ReferenceLogProbs.Get(model, examples) : null;
        int[] batch = [0, 1, 2];

        var plain = new PreferenceTask(model, objective, examples, reference);
        var loss = batch.Sum(i => plain.Backward([i], batch, 1).Loss);
        var expected = TinyExamples.Gradients(model);

        using var profile = new ProfilingTask(model, objective, examples, reference);
        double total = 0;
        var sums = new Dictionary<string, Tensor>();
        foreach (var i in batch)
        {
            total += profile.Backward([i], batch, 1).Loss;
            foreach (var (name, gradient) in TinyExamples.Gradients(model))
            {
                sums[name] = sums.TryGetValue(name, out var sum) ? sum + gradient : gradient;
            }
        }

        Assert.Equal(loss, total, 10);
        foreach (var (name, gradient) in expected)
        {
            Close.Equal(gradient, sums[name], 1e-9, 1e-6, $"{method}: {name}");
        }

        Assert.Equal(passesPerPair * batch.Length, profile.BackwardPasses);
        var logged = profile.EndStep();
        var (chosen, rejected) = (RewardNorm(model, objective, examples, reference, chosen: true), RewardNorm(model, objective, examples, reference, chosen: false));
        Assert.Equal(chosen / 3, logged["grad_norm/chosen"], 8);
        Assert.Equal(rejected / 3, logged["grad_norm/rejected"], 8);
        Assert.Equal(chosen / 3 / model.Trainable.Values.Sum(p => p.Numel), logged["f_norm/chosen"], 10);
        Assert.InRange(logged["grad_cosine"], -1, 1);
        var whole = Math.Sqrt(expected.Values.Sum(g => g.Pow(2).Sum().Item<double>()));
        Assert.InRange(whole, 0, logged["loss_grad_norm/chosen"] + logged["loss_grad_norm/rejected"] + 1e-9);
        Assert.Empty(profile.EndStep());
    }

    /// <summary>‖Σ ∂r/∂θ‖ the long way: one forward and one backward pass for the rewards of one side.</summary>
    private static double RewardNorm(
        TrainedModel model, PairObjective objective, List<Training.Data.TrainingExample> examples, ReferenceLogProbs? reference, bool chosen)
    {
        var forward = PairForward.Run(model, objective, examples, reference?.Tokens([0, 1, 2], Device.Cpu), PairForward.TotalsOf(examples));
        var rewards = objective.ProfiledRewards(forward.Pairs);
        (chosen ? rewards.Chosen : rewards.Rejected).Sum().Backward();
        forward.Answers.Backward();
        return Math.Sqrt(TinyExamples.Gradients(model).Values.Sum(g => g.Pow(2).Sum().Item<double>()));
    }
}
