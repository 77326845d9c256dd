using Praline.Testing;
using Praline.Torch;
using Praline.Training.Objectives;
using Praline.Training.Tasks;

namespace Praline.Training.Tests.Tasks;

/// <summary>
/// Profiling gives the same gradient as training, for every method, and the rewards' own norms, in as few backward passes as there can be.
/// The norms are compared with a forward and a backward pass of each side by itself, and with finite differences.
/// </summary>
public class ProfilingTests
{
    public static TheoryData<string> Methods => [.. ObjectiveRegistry.Names, "sft_only", "crl"];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Gradients_are_those_of_training_and_norms_those_of_separate_passes(string method)
    {
        using var scope = new TensorScope();
        using var tiny = TinyLlama.Random(dtype: DType.Float64);
        using var model = TinyExamples.WithLora(tiny);
        int[] batch = [0, 1, 2];
        var parts = Parts(method, batch);

        var plain = ProfiledTasks.Make(method, model, 3);
        var loss = parts.Sum(part => plain.Backward(part, batch, 1).Loss);
        plain.EndStep();
        var expected = TinyExamples.Gradients(model);

        using var profile = new ProfilingTask(ProfiledTasks.Make(method, model, 3));
        var total = parts.Sum(part => profile.Backward(part, batch, 1).Loss);
        Assert.Equal(loss, total, 10);
        var found = Summed(profile, parts, batch, model);
        foreach (var (name, gradient) in expected)
        {
            Close.Equal(gradient, found[name], 1e-9, 1e-6, $"{method}: {name}");
        }

        var logged = profile.EndStep();
        var chosen = ProfiledTasks.RewardGradient(method, model, batch, chosen: true);
        var rejected = ProfiledTasks.RewardGradient(method, model, batch, chosen: false);
        Check("chosen", chosen);
        Check("rejected", rejected);
        Assert.Equal(chosen is not null && rejected is not null, logged.ContainsKey("grad_cosine"));
        if (chosen is { } c && rejected is { } r)
        {
            var dot = c.Gradients.Sum(g => (g.Value * r.Gradients[g.Key]).Sum().Item<double>());
            Assert.Equal(dot / (Norm(c.Gradients) * Norm(r.Gradients)), logged["grad_cosine"], 8);
            Assert.InRange(Norm(expected), 0, logged["loss_grad_norm/chosen"] + logged["loss_grad_norm/rejected"] + 1e-9);
        }

        void Check(string side, (Dictionary<string, Tensor> Gradients, int Count)? gradient)
        {
            if (gradient is not { } one)
            {
                Assert.DoesNotContain(logged.Keys, key => key.EndsWith("/" + side, StringComparison.Ordinal)); // not zero: there is none
                return;
            }

            var norm = Norm(one.Gradients) / one.Count;
            Assert.Equal(norm, logged[$"grad_norm/{side}"], 8);
            Assert.Equal(norm / model.Trainable.Values.Sum(p => p.Numel), logged[$"f_norm/{side}"], 12);
            Assert.True(logged[$"loss_grad_norm/{side}"] >= 0);
        }
    }

    [Theory]
    [InlineData("dpo", 2)]
    [InlineData("ipo", 2)]
    [InlineData("simpo", 2)]
    [InlineData("slic_hf", 2)]
    [InlineData("synpo", 3)] // its second term is another function of the chosen tokens
    [InlineData("tdpo", 3)] // the divergence of the chosen response is a constant in TDPO₂
    [InlineData("kto", 1)]
    [InlineData("bco", 1)]
    [InlineData("sft_only", 1)]
    [InlineData("crl", 2)]
    [InlineData("listwise_dpo", 3)] // the worse responses of a ranking have weights of their own
    public void Backward_passes_are_as_few_as_the_algebra_allows(string method, int passesPerExample)
    {
        using var scope = new TensorScope();
        using var tiny = TinyLlama.Random(dtype: DType.Float64);
        using var model = TinyExamples.WithLora(tiny);
        using var profile = new ProfilingTask(ProfiledTasks.Make(method, model, 3));
        foreach (var i in new[] { 0, 1, 2 })
        {
            profile.Backward([i], [0, 1, 2], 1);
        }

        Assert.Equal(3 * passesPerExample, profile.BackwardPasses);
    }

    /// <summary>Whatever the number of pairs, a batch at once takes four passes: two rewards, two sides of the loss.</summary>
    [Theory]
    [InlineData("aot")]
    [InlineData("aot_unpaired")]
    [InlineData("dpo")]
    public void A_batch_at_once_takes_at_most_four_passes(string method)
    {
        using var scope = new TensorScope();
        using var tiny = TinyLlama.Random(dtype: DType.Float64);
        using var model = TinyExamples.WithLora(tiny);
        using var profile = new ProfilingTask(ProfiledTasks.Make(method, model, 5));
        profile.Backward([0, 1, 2, 3, 4], [0, 1, 2, 3, 4], 1);
        Assert.Equal(4, profile.BackwardPasses);
    }

    /// <summary>‖∂r/∂θ‖ by central differences over every number of the last norm's weight.</summary>
    [Theory]
    [InlineData("synpo")]
    [InlineData("dpo")]
    [InlineData("kto")]
    [InlineData("listwise_rrhf")]
    [InlineData("crl")]
    public void Norms_are_those_of_finite_differences(string method)
    {
        using var scope = new TensorScope();
        using var tiny = TinyLlama.Random(dtype: DType.Float64);
        var weight = tiny.Store.Parameters["model.norm.weight"];
        weight.RequiresGrad = true;
        using var model = new TrainedModel(tiny.Language, new Dictionary<string, Tensor> { ["model.norm.weight"] = weight }, _ => { });
        int[] batch = [0, 1, 2, 3];
        using var profile = new ProfilingTask(ProfiledTasks.Make(method, model, 4));
        Summed(profile, [.. batch.Select(i => new[] { i })], batch, model);
        var logged = profile.EndStep();
        foreach (var chosen in new[] { true, false })
        {
            double square = 0;
            var count = 0;
            for (var k = 0; k < weight.Numel; k++)
            {
                var (above, below) = (Rewards(k, 1e-5), Rewards(k, -1e-5));
                square += Math.Pow((above.Sum - below.Sum) / 2e-5, 2);
                count = above.Count;
            }

            var norm = Math.Sqrt(square) / count;
            Assert.Equal(1, norm / logged[chosen ? "grad_norm/chosen" : "grad_norm/rejected"], 6);

            (double Sum, int Count) Rewards(int number, double step)
            {
                using var inner = new TensorScope();
                using var noGrad = NoGrad.Begin();
                var place = weight.Narrow(0, number, 1);
                place.AddInPlace(Tensor.Full([1], step, DType.Float64));
                var rewards = ProfiledTasks.Rewards(method, model, batch, chosen)!.ToArray<double>();
                place.AddInPlace(Tensor.Full([1], -step, DType.Float64));
                return (rewards.Sum(), rewards.Length);
            }
        }
    }

    [Fact]
    public void A_step_without_examples_logs_nothing()
    {
        using var scope = new TensorScope();
        using var tiny = TinyLlama.Random(dtype: DType.Float64);
        using var model = TinyExamples.WithLora(tiny);
        using var profile = new ProfilingTask(ProfiledTasks.Make("synpo", model, 2));
        Assert.Empty(profile.EndStep());
        profile.Backward([0], [0], 1);
        Assert.NotEmpty(profile.EndStep());
        Assert.Empty(profile.EndStep());
    }

    private static int[][] Parts(string method, int[] batch) =>
        ProfiledTasks.ComparesPairs(method) ? [batch] : [.. batch.Select(i => new[] { i })];

    /// <summary>The gradients of the parts, added up as the trainer does.</summary>
    private static Dictionary<string, Tensor> Summed(ProfilingTask profile, int[][] parts, int[] batch, TrainedModel model)
    {
        TinyExamples.Gradients(model);
        profile.EndStep();
        var sums = new Dictionary<string, Tensor>();
        foreach (var part in parts)
        {
            profile.Backward(part, batch, 1);
            foreach (var (name, gradient) in TinyExamples.Gradients(model))
            {
                sums[name] = sums.TryGetValue(name, out var sum) ? sum + gradient : gradient;
            }
        }

        return sums;
    }

    private static double Norm(Dictionary<string, Tensor> gradients) => Math.Sqrt(gradients.Values.Sum(g => g.Pow(2).Sum().Item<double>()));
}
