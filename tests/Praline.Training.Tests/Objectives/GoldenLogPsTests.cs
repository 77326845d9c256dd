using System.Text.Json;
using Praline.Testing;
using Praline.Torch;
using Praline.Training.Objectives;

namespace Praline.Training.Tests.Objectives;

/// <summary>
/// Losses and gradients from given log-probabilities, against TRL's DPOTrainer (<c>trl_dpo_from_logps.json</c>) and against formulas typed
/// from the papers (<c>paper_formulas.json</c>).
/// </summary>
public class GoldenLogPsTests
{
    [Fact]
    public void DpoFamily_as_TRL()
    {
        Assert.SkipWhen(!GoldenLosses.Has("trl_dpo_from_logps.json"), "this golden folder has no such case");

        using var record = Golden.Record("losses", "trl_dpo_from_logps.json");
        var golden = GoldenLosses.Json("trl_dpo_from_logps.json");
        var seen = 0;
        foreach (var item in golden.GetProperty("cases").EnumerateArray())
        {
            var settings = GoldenLosses.Settings(item.GetProperty("config"));
            var objective = (PairObjective)ObjectiveRegistry.Create("dpo", settings);
            // TRL keeps exo_pair's log ε in single precision even in its double precision run (README of the golden numbers).
            var exact = ((object?[])settings["loss_type"]!).Contains("exo_pair") ? 1e-6 : 1e-10;
            foreach (var (dtype, name, atol, rtol) in new[] { (DType.Float64, "float64", exact, 1e-9), (DType.Float32, "float32", 1e-5, 1e-5) })
            {
                var expected = item.GetProperty(name);
                if (expected.ValueKind == JsonValueKind.Null)
                {
                    continue;
                }

                var what = $"{item.GetProperty("config")} {name}";
                using var scope = new TensorScope();
                var (pairs, chosen, rejected) = Pairs(golden.GetProperty("inputs"), dtype);
                var result = objective.Compute(pairs);
                var loss = result.Losses.Mean();
                loss.Backward();
                Close.Equal([expected.GetProperty("loss").GetDouble()], loss.ToArray<double>(), atol, rtol, what);
                Close.Equal(GoldenLosses.Doubles(expected.GetProperty("grad_policy_chosen_logps")), Grad(chosen), atol, rtol, what + " ∂chosen");
                Close.Equal(GoldenLosses.Doubles(expected.GetProperty("grad_policy_rejected_logps")), Grad(rejected), atol, rtol, what + " ∂rejected");
                if (dtype == DType.Float32)
                {
                    if (item.TryGetProperty("per_sequence_loss_float32", out var perSequence))
                    {
                        Close.Equal(GoldenLosses.Doubles(perSequence), result.Losses.ToArray<double>(), 1e-5, 1e-5, what + " per sequence");
                    }

                    CheckRewards(item.GetProperty("rewards"), result, what);
                }
            }

            seen++;
        }

        Assert.True(seen > 0, "no cases");
    }

    [Fact]
    public void PaperFormulas()
    {
        Assert.SkipWhen(!GoldenLosses.Has("paper_formulas.json"), "this golden folder has no such case");

        using var record = Golden.Record("losses", "paper_formulas.json");
        var golden = GoldenLosses.Json("paper_formulas.json");
        var seen = 0;
        foreach (var item in golden.GetProperty("cases").EnumerateArray())
        {
            var name = item.GetProperty("loss").GetString()!;
            var objective = (PairObjective)ObjectiveRegistry.Create(name, GoldenLosses.Settings(item.GetProperty("config")));
            foreach (var (dtype, block, atol, rtol) in new[] { (DType.Float64, "float64", 1e-10, 1e-9), (DType.Float32, "float32", 1e-5, 1e-5) })
            {
                var expected = item.GetProperty(block);
                var what = $"{name} {item.GetProperty("config")} {block}";
                using var scope = new TensorScope();
                var (pairs, chosen, rejected) = Pairs(golden.GetProperty("inputs"), dtype);
                var losses = objective.Compute(pairs).Losses;
                losses.Mean().Backward();
                Close.Equal(GoldenLosses.Doubles(expected.GetProperty("per_sequence")), losses.ToArray<double>(), atol, rtol, what);
                Close.Equal([expected.GetProperty("loss_mean").GetDouble()], losses.Mean().ToArray<double>(), atol, rtol, what + " mean");
                Close.Equal(GoldenLosses.Doubles(expected.GetProperty("grad_policy_chosen_logps")), Grad(chosen), atol, rtol, what + " ∂chosen");
                Close.Equal(GoldenLosses.Doubles(expected.GetProperty("grad_policy_rejected_logps")), Grad(rejected), atol, rtol, what + " ∂rejected");
            }

            seen++;
        }

        Assert.True(seen > 0, "no cases");
    }

    private static double[] Grad(Tensor leaf) => leaf.Grad?.ToArray<double>() ?? new double[leaf.Numel];

    private static (PairStatistics Pairs, Tensor Chosen, Tensor Rejected) Pairs(JsonElement inputs, DType dtype)
    {
        var chosen = GoldenLosses.Vector(inputs.GetProperty("policy_chosen_logps"), dtype, grad: true);
        var rejected = GoldenLosses.Vector(inputs.GetProperty("policy_rejected_logps"), dtype, grad: true);
        var chosenTokens = GoldenLosses.Vector(inputs.GetProperty("chosen_completion_tokens"), dtype);
        var rejectedTokens = GoldenLosses.Vector(inputs.GetProperty("rejected_completion_tokens"), dtype);
        ResponseStatistics Of(Tensor sum, Tensor count) => new() { SumLogProb = sum, TokenCount = count };
        return (new PairStatistics
        {
            Chosen = Of(chosen, chosenTokens),
            Rejected = Of(rejected, rejectedTokens),
            ReferenceChosen = Of(GoldenLosses.Vector(inputs.GetProperty("ref_chosen_logps"), dtype), chosenTokens),
            ReferenceRejected = Of(GoldenLosses.Vector(inputs.GetProperty("ref_rejected_logps"), dtype), rejectedTokens),
        }, chosen, rejected);
    }

    private static void CheckRewards(JsonElement expected, PairLoss result, string what)
    {
        var (chosen, rejected) = (result.ChosenRewards.ToArray<double>(), result.RejectedRewards.ToArray<double>());
        void Check(string name, double actual) =>
            Close.Equal([expected.GetProperty(name).GetDouble()], [actual], 1e-5, 1e-5, $"{what} {name}");
        Check("rewards/chosen", chosen.Average());
        Check("rewards/rejected", rejected.Average());
        Check("rewards/margins", chosen.Zip(rejected, (c, r) => c - r).Average());
        Check("rewards/accuracies", chosen.Zip(rejected, (c, r) => c > r ? 1.0 : 0.0).Average());
    }
}
