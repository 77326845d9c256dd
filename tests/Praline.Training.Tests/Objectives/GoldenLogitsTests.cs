using System.Text.Json;
using Praline.Testing;
using Praline.Torch;
using Praline.Training.Objectives;

namespace Praline.Training.Tests.Objectives;

/// <summary>
/// Losses from full logits and their gradients in the logits, against TRL (DPO, CPO, ORPO, TPO, KTO, BCO), the official TDPO and SynPO.
/// </summary>
public class GoldenLogitsTests
{
    private const double GradientAtol = 1e-6;
    private const double GradientRtol = 1e-4;

    [Fact]
    public void Dpo_from_logits()
    {
        Assert.SkipWhen(!GoldenLosses.Has("trl_dpo_from_logits", "cases.json"), "this golden folder has no such case");

        using var record = Golden.Record("losses", "trl_dpo_from_logits");
        var inputs = GoldenLosses.Tensors("trl_dpo_from_logits", "inputs");
        var expected = GoldenLosses.Tensors("trl_dpo_from_logits", "expected");
        var labels = GoldenLosses.Labels(inputs["input_ids"], inputs["completion_mask"]);
        foreach (var item in GoldenLosses.Json("trl_dpo_from_logits", "cases.json").EnumerateArray())
        {
            var number = item.GetProperty("case").GetInt32();
            var settings = GoldenLosses.Settings(item.GetProperty("config"));
            var objective = (PairObjective)ObjectiveRegistry.Create("dpo", settings);
            foreach (var dtype in new[] { DType.Float32, DType.Float64 })
            {
                var what = $"{item.GetProperty("config")} {dtype}";
                using var scope = new TensorScope();
                var logits = Leaf(inputs["policy_logits"], dtype);
                var pairs = Pairs(logits, inputs["ref_logits"].To(dtype), labels);
                var desensitized = settings.ContainsKey("ld_alpha");
                if (!desensitized)
                {
                    // The trainer was given single precision reference sums, in its double precision run too.
                    var half = logits.Size(0) / 2;
                    var given = inputs["ref_logps_sum"].To(dtype);
                    pairs = pairs with
                    {
                        ReferenceChosen = pairs.ReferenceChosen! with { SumLogProb = given.Narrow(0, 0, half) },
                        ReferenceRejected = pairs.ReferenceRejected! with { SumLogProb = given.Narrow(0, half, half) },
                    };
                }

                var result = objective.Compute(pairs);
                var loss = result.Losses.Mean();
                loss.Backward();
                var single = dtype == DType.Float32;
                var goldenLoss = item.GetProperty(single ? "loss_float32" : "loss_float64");
                // TRL keeps exo_pair's log ε, and this set the ld_alpha cases' reference sums, in single precision (README of the golden numbers).
                var exact = desensitized || ((object?[])settings["loss_type"]!).Contains("exo_pair") ? 1e-6 : 1e-10;
                Close.Equal([goldenLoss.GetDouble()], loss.ToArray<double>(), single ? 1e-5 : exact, single ? 1e-5 : 1e-9, what);
                Close.Equal(expected[$"case{number}.grad_policy_logits"], logits.Grad!.To(DType.Float32), GradientAtol, GradientRtol, what + " gradient");
                var metrics = item.GetProperty("metrics");
                var chosen = result.ChosenRewards.ToArray<double>();
                var rejected = result.RejectedRewards.ToArray<double>();
                Close.Equal([metrics.GetProperty("rewards/chosen").GetDouble()], [chosen.Average()], 1e-5, 1e-5, what + " rewards/chosen");
                Close.Equal([metrics.GetProperty("rewards/rejected").GetDouble()], [rejected.Average()], 1e-5, 1e-5, what + " rewards/rejected");
            }
        }
    }

    [Fact]
    public void Cpo_Simpo_Orpo_Tpo()
    {
        Assert.SkipWhen(!GoldenLosses.Has("trl_cpo_simpo_orpo_tpo", "cases.json"), "this golden folder has no such case");

        using var record = Golden.Record("losses", "trl_cpo_simpo_orpo_tpo");
        var inputs = GoldenLosses.Tensors("trl_cpo_simpo_orpo_tpo", "inputs");
        var expected = GoldenLosses.Tensors("trl_cpo_simpo_orpo_tpo", "expected");
        var ids = inputs["input_ids"];
        foreach (var item in GoldenLosses.Json("trl_cpo_simpo_orpo_tpo", "cases.json").EnumerateArray())
        {
            var method = item.GetProperty("method").GetString()!.ToLowerInvariant();
            var key = $"{method}{item.GetProperty("case").GetInt32()}";
            var settings = GoldenLosses.Settings(item.GetProperty("config"));
            var objective = (PairObjective)ObjectiveRegistry.Create(method, settings);
            // TPO with a gold response reads the batch as thirds (note in the golden case).
            var triples = settings.TryGetValue("tpo_alpha", out var alpha) && (double)alpha! != 0;
            foreach (var (dtype, block) in new[] { (DType.Float32, "float32"), (DType.Float64, "float64") })
            {
                var what = $"{key} {item.GetProperty("config")} {block}";
                using var scope = new TensorScope();
                var logits = Leaf(inputs["policy_logits"], dtype);
                var all = GoldenLosses.FromLogits(logits, inputs["labels"]);
                var count = logits.Size(0) / (triples ? 3 : 2);
                // TRL's ORPO takes the likelihood of prompt and response together for the supervised term.
                var whole = GoldenLosses.FromLogits(logits, GoldenLosses.Labels(ids, inputs["attention_mask"]));
                var result = objective.Compute(new PairStatistics
                {
                    Chosen = all.Select(GoldenLosses.Range(0, count)),
                    Rejected = all.Select(GoldenLosses.Range(count, count)),
                    Supervised = triples ? all.Select(GoldenLosses.Range(2 * count, count))
                        : method == "orpo" ? whole.Select(GoldenLosses.Range(0, count)) : null,
                });
                var loss = result.Losses.Mean();
                loss.Backward();
                var golden = item.GetProperty(block);
                // TRL's ORPO computes in single precision whatever it is given.
                var (atol, rtol) = dtype == DType.Float32 ? (1e-5, 1e-5) : method == "orpo" ? (1e-6, 1e-6) : (1e-10, 1e-9);
                Close.Equal([golden.GetProperty("loss").GetDouble()], loss.ToArray<double>(), atol, rtol, what);
                Close.Equal(expected[$"{key}.grad_policy_logits"], logits.Grad!.To(DType.Float32), GradientAtol, GradientRtol, what + " gradient");
                if (golden.TryGetProperty("chosen_rewards", out var rewards))
                {
                    Close.Equal(GoldenLosses.Doubles(rewards), result.ChosenRewards.ToArray<double>(), Math.Max(atol, 1e-6), Math.Max(rtol, 1e-6), what + " chosen rewards");
                    Close.Equal(GoldenLosses.Doubles(golden.GetProperty("rejected_rewards")), result.RejectedRewards.ToArray<double>(), Math.Max(atol, 1e-6), Math.Max(rtol, 1e-6), what + " rejected rewards");
                }
            }
        }
    }

    [Fact]
    public void Tdpo_official()
    {
        Assert.SkipWhen(!GoldenLosses.Has("tdpo", "cases.json"), "this golden folder has no such case");

        using var record = Golden.Record("losses", "tdpo");
        var inputs = GoldenLosses.Tensors("tdpo", "inputs");
        var expected = GoldenLosses.Tensors("tdpo", "expected");
        foreach (var item in GoldenLosses.Json("tdpo", "cases.json").EnumerateArray())
        {
            var objective = (PairObjective)ObjectiveRegistry.Create("tdpo", GoldenLosses.Settings(item.GetProperty("config")));
            foreach (var (dtype, block, atol, rtol) in new[] { (DType.Float64, "float64", 1e-10, 1e-9), (DType.Float32, "float32", 1e-5, 1e-5) })
            {
                var what = $"{item.GetProperty("config")} {block}";
                using var scope = new TensorScope();
                var logits = Leaf(inputs["policy_logits"], dtype);
                var result = objective.Compute(Pairs(logits, inputs["ref_logits"].To(dtype), inputs["labels"]));
                result.Losses.Mean().Backward();
                var golden = item.GetProperty(block);
                Close.Equal([golden.GetProperty("loss_mean").GetDouble()], result.Losses.Mean().ToArray<double>(), atol, rtol, what);
                Close.Equal(GoldenLosses.Doubles(golden.GetProperty("per_sequence")), result.Losses.ToArray<double>(), atol, rtol, what + " per sequence");
                Close.Equal(GoldenLosses.Doubles(golden.GetProperty("chosen_rewards")), result.ChosenRewards.ToArray<double>(), atol, rtol, what + " chosen rewards");
                Close.Equal(GoldenLosses.Doubles(golden.GetProperty("rejected_rewards")), result.RejectedRewards.ToArray<double>(), atol, rtol, what + " rejected rewards");
                Close.Equal(expected[$"tdpo{item.GetProperty("case").GetInt32()}.grad_policy_logits"], logits.Grad!.To(DType.Float32), GradientAtol, GradientRtol, what + " gradient");
            }
        }
    }

    [Fact]
    public void SynPo_official()
    {
        Assert.SkipWhen(!GoldenLosses.Has("synpo", "cases.json"), "this golden folder has no such case");

        using var record = Golden.Record("losses", "synpo");
        var inputs = GoldenLosses.Tensors("synpo", "inputs");
        var expected = GoldenLosses.Tensors("synpo", "expected");
        foreach (var item in GoldenLosses.Json("synpo", "cases.json").EnumerateArray())
        {
            using var scope = new TensorScope();
            var logits = Leaf(inputs["policy_logits"], DType.Float32);
            var pairs = Pairs(logits, inputs["ref_logits"], inputs["labels"]);
            var method = item.GetProperty("method").GetString()!;
            var (objective, key) = method switch
            {
                "synpo" => (ObjectiveRegistry.Create("synpo", GoldenLosses.Settings(item, "case", "method", "loss", "gap")), $"synpo{item.GetProperty("case").GetInt32()}"),
                "dpo_check" => (ObjectiveRegistry.Create("dpo", new Dictionary<string, object?> { ["beta"] = item.GetProperty("beta").GetDouble() }), "dpo"),
                _ => (ObjectiveRegistry.Create("sft"), "sft"),
            };
            var loss = ((PairObjective)objective).Compute(pairs).Losses.Mean();
            loss.Backward();
            Close.Equal([item.GetProperty("loss").GetDouble()], loss.ToArray<double>(), 1e-5, 1e-5, key);
            Close.Equal(expected[$"{key}.grad_policy_logits"], logits.Grad!, GradientAtol, GradientRtol, key + " gradient");
        }

        using var outer = new TensorScope();
        var all = GoldenLosses.FromLogits(inputs["policy_logits"], inputs["labels"]);
        Close.Equal(expected["get_logps"], all.SumLogProb, 1e-5, 1e-5, "Σ log π");
        Close.Equal(expected["get_prob"], all.MeanLogProb, 1e-5, 1e-5, "mean log π");
        Close.Equal(expected["get_prob2"], all.MeanProbability!, 1e-5, 1e-5, "mean π");
    }

    [Fact]
    public void Kto_as_TRL()
    {
        Assert.SkipWhen(!GoldenLosses.Has("trl_kto_bco", "kto_cases.json"), "this golden folder has no such case");

        using var record = Golden.Record("losses", "trl_kto_bco");
        var inputs = GoldenLosses.Tensors("trl_kto_bco", "inputs");
        var expected = GoldenLosses.Tensors("trl_kto_bco", "expected");
        var labels = GoldenLosses.Labels(inputs["input_ids"], inputs["completion_mask"]);
        foreach (var item in GoldenLosses.Json("trl_kto_bco", "kto_cases.json").EnumerateArray())
        {
            var objective = (RatedObjective)ObjectiveRegistry.Create("kto", GoldenLosses.Settings(item.GetProperty("config")));
            bool[] desirable = [.. item.GetProperty("label_desirable").EnumerateArray().Select(v => v.GetBoolean())];
            long[] good = [.. GoldenLosses.Range(0, desirable.Length).Where(i => desirable[i])];
            long[] bad = [.. GoldenLosses.Range(0, desirable.Length).Where(i => !desirable[i])];
            foreach (var (dtype, block, atol) in new[] { (DType.Float64, "float64", 1e-8), (DType.Float32, "float32", 1e-5) })
            {
                var what = $"{item.GetProperty("config")} {block}";
                using var scope = new TensorScope();
                var logits = Leaf(inputs["policy_logits"], dtype);
                var policy = GoldenLosses.FromLogits(logits, labels);
                var reference = policy with { SumLogProb = GoldenLosses.Vector(item.GetProperty("ref_logps"), dtype), Tokens = null };
                var result = objective.Compute(new RatedStatistics
                {
                    Desirable = policy.Select(good),
                    Undesirable = policy.Select(bad),
                    ReferenceDesirable = reference.Select(good),
                    ReferenceUndesirable = reference.Select(bad),
                    MismatchedSumLogProb = GoldenLosses.Vector(item.GetProperty("policy_KL_logps"), dtype),
                    ReferenceMismatchedSumLogProb = GoldenLosses.Vector(item.GetProperty("ref_KL_logps"), dtype),
                });
                var loss = result.Losses.Mean();
                loss.Backward();
                var golden = item.GetProperty(block);
                Close.Equal([golden.GetProperty("loss").GetDouble()], loss.ToArray<double>(), atol, atol, what);
                Close.Equal([golden.GetProperty("rewards/chosen").GetDouble()], [result.ChosenRewards.ToArray<double>().Average()], 1e-5, 1e-5, what + " rewards/chosen");
                Close.Equal([golden.GetProperty("rewards/rejected").GetDouble()], [result.RejectedRewards.ToArray<double>().Average()], 1e-5, 1e-5, what + " rewards/rejected");
                Close.Equal(expected[$"kto{item.GetProperty("case").GetInt32()}.grad_policy_logits"], logits.Grad!.To(DType.Float32), GradientAtol, GradientRtol, what + " gradient");
            }
        }
    }

    [Fact]
    public void Bco_as_TRL_over_several_batches()
    {
        Assert.SkipWhen(!GoldenLosses.Has("trl_kto_bco", "bco_steps.json"), "this golden folder has no such case");

        using var record = Golden.Record("losses", "trl_kto_bco");
        var golden = GoldenLosses.Json("trl_kto_bco", "bco_steps.json");
        var objective = (Bco)ObjectiveRegistry.Create("bco", new Dictionary<string, object?> { ["beta"] = golden.GetProperty("beta").GetDouble() });
        var number = 0;
        foreach (var step in golden.GetProperty("steps").EnumerateArray())
        {
            var what = $"step {number++}";
            using var scope = new TensorScope();
            Tensor Read(string name, bool grad = false) => GoldenLosses.Vector(step.GetProperty(name), DType.Float32, grad);
            ResponseStatistics Of(Tensor sum) => new() { SumLogProb = sum, TokenCount = sum.OnesLike() };
            var (chosen, rejected) = (Read("policy_chosen_logps", grad: true), Read("policy_rejected_logps", grad: true));
            var batch = new RatedStatistics
            {
                Desirable = Of(chosen),
                Undesirable = Of(rejected),
                ReferenceDesirable = Of(Read("ref_chosen_logps")),
                ReferenceUndesirable = Of(Read("ref_rejected_logps")),
            };
            objective.Observe(batch);
            var result = objective.Compute(batch);
            result.Losses.Mean().Backward();
            Close.Equal(GoldenLosses.Doubles(step.GetProperty("losses")), result.Losses.ToArray<double>(), 1e-5, 1e-5, what);
            Close.Equal([step.GetProperty("delta_running_mean").GetDouble()], [objective.Shift.Mean], 1e-6, 1e-5, what + " δ");
            Close.Equal(GoldenLosses.Doubles(step.GetProperty("grad_policy_chosen_logps")), chosen.Grad!.ToArray<double>(), 1e-6, 1e-4, what + " ∂chosen");
            Close.Equal(GoldenLosses.Doubles(step.GetProperty("grad_policy_rejected_logps")), rejected.Grad!.ToArray<double>(), 1e-6, 1e-4, what + " ∂rejected");
        }
    }

    private static Tensor Leaf(Tensor values, DType dtype)
    {
        var leaf = values.To(dtype).Clone().Detach();
        leaf.RequiresGrad = true;
        return leaf;
    }

    private static PairStatistics Pairs(Tensor logits, Tensor referenceLogits, Tensor labels)
    {
        var half = logits.Size(0) / 2;
        var policy = GoldenLosses.FromLogits(logits, labels, referenceLogits);
        var reference = GoldenLosses.FromLogits(referenceLogits, labels);
        var (first, second) = (GoldenLosses.Range(0, half), GoldenLosses.Range(half, half));
        return new PairStatistics
        {
            Chosen = policy.Select(first),
            Rejected = policy.Select(second),
            ReferenceChosen = reference.Select(first),
            ReferenceRejected = reference.Select(second),
        };
    }
}
