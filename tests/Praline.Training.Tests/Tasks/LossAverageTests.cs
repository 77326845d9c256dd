using Praline.Testing;
using Praline.Torch;
using Praline.Training.Data;
using Praline.Training.Objectives;
using Praline.Training.Objectives.Dpo;
using Praline.Training.Tasks;

namespace Praline.Training.Tests;

/// <summary>Supervised losses by tokens and by rows: against plain sums over every sequence, however a batch is cut up.</summary>
public sealed class LossAverageTests
{
    [Theory]
    [InlineData(LossAverage.Token)]
    [InlineData(LossAverage.Row)]
    public void A_batch_has_the_mean_that_is_asked_for(LossAverage average)
    {
        using var scope = new TensorScope();
        using var tiny = TinyLlama.Random(dtype: DType.Float64);
        var examples = TinyExamples.Make(5, 1);
        int[] all = [.. Enumerable.Range(0, examples.Count)];
        var rows = examples.Select(example => (Sum: -LogProb(tiny, example), Tokens: (double)example.Packed.Responses[0].CountedTokens)).ToArray();
        Assert.True(rows.Select(r => r.Tokens).Distinct().Count() > 2); // else the two means are the same
        var expected = average == LossAverage.Token ? rows.Sum(r => r.Sum) / rows.Sum(r => r.Tokens) : rows.Average(r => r.Sum / r.Tokens);

        var (together, gradients) = Run(tiny, examples, average, [all]);
        Assert.Equal(expected, together, 10);
        var (apart, others) = Run(tiny, examples, average, [[0, 1], [2], [3, 4]]);
        Assert.Equal(expected, apart, 10);
        using var heldOut = new TrainedModel(tiny.Language, new Dictionary<string, Tensor>(), _ => { }) { LossAverage = average };
        Assert.Equal(expected, new SupervisedTask(heldOut, examples, examples).Evaluate(default)["loss"], 10);
        foreach (var (name, gradient) in gradients)
        {
            Close.Equal(gradient, others[name], 1e-10, 1e-9, name);
        }
    }

    /// <summary>MACAROON's DPO: the mean over rows of −log σ plus each chosen answer's own mean.</summary>
    [Fact]
    public void An_added_term_averages_alike()
    {
        using var scope = new TensorScope();
        PairStatistics Pairs(LossAverage average) => new()
        {
            Chosen = Of([-4, -9], [2, 6]),
            Rejected = Of([-6, -8], [3, 4]),
            ReferenceChosen = Of([-5, -9], [2, 6]),
            ReferenceRejected = Of([-5, -9], [3, 4]),
            Totals = new BatchTotals(2, 8, average),
        };
        var dpo = new DpoObjective(RpoAlpha: 1);
        double Loss(LossAverage average) => dpo.Compute(Pairs(average)).Losses.Mean().Item<double>();
        var preference = new[] { Math.Log(1 + Math.Exp(-0.1 * 2)), Math.Log(1 + Math.Exp(-0.1 * -1)) }.Average();
        Assert.Equal(preference + ((4 + 9) / 8.0), Loss(LossAverage.Token), 10);
        Assert.Equal(preference + (((4 / 2.0) + (9 / 6.0)) / 2), Loss(LossAverage.Row), 10);
    }

    [Fact]
    public void A_method_without_a_supervised_term_refuses_it()
    {
        using var world = new TinyWorld(2);
        var options = new TrainOptions { Method = "synpo", PretrainedPth = world.Model, FromScratch = true, DatasetPath = world.PairRows, ModelDir = Path.Combine(world.Folder, "run"), LossAverage = LossAverage.Row };
        Assert.Contains("loss_average", Assert.Throws<PralineException>(() => TrainingSession.Run(options)).Message);
    }

    private static ResponseStatistics Of(double[] sums, double[] counts) =>
        new() { SumLogProb = Tensor.From<double>(sums), TokenCount = Tensor.From<double>(counts) };

    private static (double Loss, Dictionary<string, Tensor> Gradients) Run(TinyLlama tiny, IReadOnlyList<TrainingExample> examples, LossAverage average, int[][] microBatches)
    {
        var trainable = tiny.Store.Parameters.ToDictionary(p => p.Key, p => p.Value);
        foreach (var parameter in trainable.Values)
        {
            parameter.RequiresGrad = true;
            parameter.Grad = null;
        }

        var model = new TrainedModel(tiny.Language, trainable, _ => { }) { LossAverage = average };
        var task = new SupervisedTask(model, examples);
        int[] all = [.. Enumerable.Range(0, examples.Count)];
        var loss = microBatches.Sum(part => task.Backward(part, all, 1).Loss);
        return (loss, trainable.Where(p => p.Value.Grad is not null).ToDictionary(p => p.Key, p => p.Value.Grad!.Clone()));
    }

    /// <summary>Σ log π of an example's answer, by a plain pass over prompt and answer.</summary>
    private static double LogProb(TinyLlama tiny, TrainingExample example)
    {
        using var noGrad = NoGrad.Begin();
        int[] prompt = [.. example.Packed.Prompt.Ids], ids = [.. prompt, .. example.Packed.Responses[0].Ids];
        var logits = tiny.Logits(new() { ["input_ids"] = Tensor.From<long>([.. ids.Select(i => (long)i)], 1, ids.Length), ["attention_mask"] = Tensor.Ones([1, ids.Length]) });
        var logps = F.LogSoftmax(logits, -1).Select(0, 0);
        return Enumerable.Range(prompt.Length, ids.Length - prompt.Length).Sum(t => logps.Select(0, t - 1).Select(0, ids[t]).Item<double>());
    }
}
