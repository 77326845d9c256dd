using Praline.Testing;
using Praline.Torch;
using Praline.Training.Data;
using Praline.Training.Engine;
using Praline.Training.Objectives;
using Praline.Training.Objectives.Dpo;
using Praline.Training.Packing;
using Praline.Training.Tasks;

namespace Praline.Training.Tests.Tasks;

/// <summary>
/// What must not change the result: sharing the prompt, packing, micro-batches, caching the reference. Double precision, so that
/// tolerances are tight.
/// </summary>
public class EqualityTests
{
    public static TheoryData<string> PairMethods =>
        [.. ObjectiveRegistry.Names.Where(name => ObjectiveRegistry.Create(name) is PairObjective o && !o.Requirements.HasFlag(Requirements.SeveralPairs))];

    public static TheoryData<string> AllMethods =>
        [.. ObjectiveRegistry.Names.Where(name => ObjectiveRegistry.Create(name) is not PairObjective { Requirements: var r } || !r.HasFlag(Requirements.SeveralPairs)), "sft_only"];

    /// <summary>The packed computation against two padded-free sequences run one by one with the whole matrix of logits.</summary>
    [Theory]
    [MemberData(nameof(PairMethods))]
    public void Shared_prompt_equals_separate_sequences(string method)
    {
        using var scope = new TensorScope();
        using var tiny = TinyLlama.Random(dtype: DType.Float64);
        using var model = TinyExamples.WithLora(tiny);
        var examples = TinyExamples.Make(3, 2);
        var objective = (PairObjective)ObjectiveRegistry.Create(method);
        var task = Task(objective, model, examples);
        var result = task.Backward([0, 1, 2], [0, 1, 2], 1);
        var packed = TinyExamples.Gradients(model);

        var expected = Separately(tiny, model, examples, objective);
        Assert.Equal(expected.Loss, result.Loss, 9);
        Assert.Equal(packed.Count, expected.Gradients.Count);
        foreach (var (name, gradient) in expected.Gradients)
        {
            Close.Equal(gradient, packed[name], 1e-9, 1e-7, $"{method}: {name}");
        }
    }

    [Theory]
    [MemberData(nameof(AllMethods))]
    public void One_times_eight_equals_eight_times_one(string method)
    {
        using var scope = new TensorScope();
        using var tiny = TinyLlama.Random(dtype: DType.Float64);
        using var model = TinyExamples.WithLora(tiny);
        int[] all = [.. Enumerable.Range(0, 8)];
        var together = Run(Task(method, model), model, [all]);
        var apart = Run(Task(method, model), model, [.. all.Select(i => new[] { i })]);
        Assert.Equal(together.Loss, apart.Loss, 9);
        Assert.Equal(together.Metrics.Keys, apart.Metrics.Keys);
        foreach (var (name, value) in together.Metrics)
        {
            Assert.Equal(value, apart.Metrics[name], 8);
        }

        Assert.Equal(together.Gradients.Keys.Order(), apart.Gradients.Keys.Order());
        foreach (var (name, gradient) in together.Gradients)
        {
            Close.Equal(gradient, apart.Gradients[name], 1e-9, 1e-7, $"{method}: {name}");
        }
    }

    [Fact]
    public void Full_training_packs_as_well()
    {
        using var scope = new TensorScope();
        using var tiny = TinyLlama.Random(dtype: DType.Float64, tied: true);
        using var model = TinyExamples.Full(tiny);
        var examples = TinyExamples.Make(4, 1);
        var task = new SupervisedTask(model, examples);
        var loss = task.Backward([0, 1, 2, 3], [0, 1, 2, 3], 1).Loss;
        var packed = TinyExamples.Gradients(model);

        Tensor? sum = null;
        foreach (var example in examples)
        {
            var logProb = LogProbs(tiny, example.Packed.Prompt.Ids, example.Packed.Responses[0].Ids).Sum();
            sum = sum is null ? logProb : sum + logProb;
        }

        var mean = -sum! / (double)examples.Sum(e => e.Packed.Responses[0].Ids.Count);
        mean.Backward();
        Assert.Equal(mean.Item<double>(), loss, 10);
        foreach (var (name, gradient) in TinyExamples.Gradients(model))
        {
            Close.Equal(gradient, packed[name], 1e-9, 1e-7, name);
        }
    }

    [Theory]
    [InlineData("synpo")]
    [InlineData("tdpo")]
    public void Computing_layers_twice_changes_nothing(string method)
    {
        using var scope = new TensorScope();
        using var tiny = TinyLlama.Random(dtype: DType.Float64);
        using var model = TinyExamples.WithLora(tiny, new() { R = 4, LoraAlpha = 8, LoraDropout = 0.3 });
        var twice = new TrainedModel(tiny.Language, model.Trainable, _ => { }, model.Adapter) { Checkpointing = true };
        var examples = TinyExamples.Make(4, 2);
        var kept = Task((PairObjective)ObjectiveRegistry.Create(method), model, examples).Backward([0, 1, 2, 3], [0, 1, 2, 3], 5);
        var expected = TinyExamples.Gradients(model);
        var again = Task((PairObjective)ObjectiveRegistry.Create(method), twice, examples).Backward([0, 1, 2, 3], [0, 1, 2, 3], 5);
        Assert.Equal(kept.Loss, again.Loss);
        foreach (var (name, gradient) in TinyExamples.Gradients(model))
        {
            Close.Equal(expected[name], gradient, 1e-12, 1e-12, name);
        }
    }

    [Fact]
    public void Only_counted_tokens_are_learnt()
    {
        using var scope = new TensorScope();
        using var tiny = TinyLlama.Random(dtype: DType.Float64);
        using var model = TinyExamples.WithLora(tiny);
        var example = TinyExamples.Make(1, 1)[0];
        var ids = example.Packed.Responses[0].Ids;
        var masked = example with { Packed = example.Packed with { Responses = [new Response(ids, [.. ids.Select((_, t) => t % 2 == 1)])] } };
        var loss = new SupervisedTask(model, [masked]).Backward([0], [0], 1).Loss;
        var all = LogProbs(tiny, example.Packed.Prompt.Ids, ids).ToArray<double>();
        Assert.Equal(-all.Where((_, t) => t % 2 == 1).Average(), loss, 10);
    }

    [Fact]
    public void Cached_reference_equals_live_and_wrong_caches_are_noticed()
    {
        using var scope = new TensorScope();
        using var tiny = TinyLlama.Random(dtype: DType.Float64);
        using var model = TinyExamples.WithLora(tiny);
        var examples = TinyExamples.Make(5, 2);
        var folder = Directory.CreateTempSubdirectory("praline-reference-").FullName;
        var file = Path.Combine(folder, "reference.safetensors");
        using var live = ReferenceLogProbs.Get(model, examples);
        using var written = ReferenceLogProbs.Get(model, examples, file, "a");
        var stamp = File.GetLastWriteTimeUtc(file);
        using var cached = ReferenceLogProbs.Get(model, examples, file, "a");
        Assert.Equal(stamp, File.GetLastWriteTimeUtc(file));
        int[] some = [3, 0];
        Close.Equal(live.Tokens(some, Device.Cpu).LogProb, cached.Tokens(some, Device.Cpu).LogProb, 0, 0, "cached");
        var expected = some.SelectMany(i => examples[i].Packed.Responses.SelectMany(r => Base(tiny, model, examples[i].Packed.Prompt.Ids, r.Ids).ToArray<double>()));
        Close.Equal([.. expected], live.Tokens(some, Device.Cpu).LogProb.ToArray<double>(), 1e-10, 1e-10, "live");
        var bytes = File.ReadAllBytes(file);
        bytes[^1] ^= 64;
        File.WriteAllBytes(file, bytes);
        using var damaged = ReferenceLogProbs.Get(model, examples, file, "a");
        Close.Equal(live.Tokens(some, Device.Cpu).LogProb, damaged.Tokens(some, Device.Cpu).LogProb, 0, 0, "after damage");
        File.WriteAllBytes(file, bytes[..40]);
        using var cut = ReferenceLogProbs.Get(model, examples, file, "a");
        Close.Equal(live.Tokens(some, Device.Cpu).LogProb, cut.Tokens(some, Device.Cpu).LogProb, 0, 0, "after being cut off");
        using var other = ReferenceLogProbs.Get(model, examples[..4], file, "b");
        Assert.Equal(examples[..4].Sum(e => e.Packed.Responses.Sum(r => r.Ids.Count)), other.Tokens([0, 1, 2, 3], Device.Cpu).LogProb.Numel);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Dropout_depends_on_the_seed_only()
    {
        using var scope = new TensorScope();
        using var tiny = TinyLlama.Random();
        using var model = TinyExamples.WithLora(tiny, new() { R = 4, LoraAlpha = 8, LoraDropout = 0.5 });
        var task = new SupervisedTask(model, TinyExamples.Make(2, 1));
        var first = task.Backward([0, 1], [0, 1], 7).Loss;
        Assert.NotEqual(first, task.Backward([0, 1], [0, 1], 8).Loss);
        Assert.Equal(first, task.Backward([0, 1], [0, 1], 7).Loss);
    }

    private static (double Loss, Dictionary<string, double> Metrics, Dictionary<string, Tensor> Gradients) Run(
        TrainingTask task, TrainedModel model, int[][] parts)
    {
        int[] batch = [.. parts.SelectMany(p => p)];
        var sums = new MetricSums();
        double loss = 0;
        foreach (var part in parts)
        {
            var result = task.Backward(part, batch, 1);
            loss += result.Loss;
            sums.Add(result.Metrics);
        }

        return (loss, sums.Means().ToDictionary(m => m.Key, m => m.Value), TinyExamples.Gradients(model));
    }

    private static TrainingTask Task(string method, TrainedModel model)
    {
        if (method == "sft_only")
        {
            return new SupervisedTask(model, TinyExamples.Make(8, 1));
        }

        switch (ObjectiveRegistry.Create(method))
        {
            case PairObjective pair:
                return Task(pair, model, TinyExamples.Make(8, 2));
            case RatedObjective rated:
                var examples = TinyExamples.Make(8, 1);
                examples = rated.NeedsMismatched ? ExampleBuilder.WithMismatched(examples) : examples;
                return new RatedTask(model, rated, new RatedExamples(examples, [.. examples.Select((_, i) => i % 3 != 0)], ReferenceLogProbs.Get(model, examples)));
            default:
                var lists = TinyExamples.Make(8, 3);
                var objective = (ListObjective)ObjectiveRegistry.Create(method);
                return new ListTask(model, objective, lists, ReferenceLogProbs.Get(model, lists));
        }
    }

    private static PreferenceTask Task(PairObjective objective, TrainedModel model, List<TrainingExample> examples) => new(
        model, objective, examples, objective.Requirements.HasFlag(Requirements.Reference) ? ReferenceLogProbs.Get(model, examples) : null);

    /// <summary>The textbook way: each response behind its own copy of the prompt, all logits at once.</summary>
    private static (double Loss, Dictionary<string, Tensor> Gradients) Separately(
        TinyLlama tiny, TrainedModel model, List<TrainingExample> examples, PairObjective objective)
    {
        ResponseStatistics Side(int response)
        {
            var all = examples.Select(e => Full(tiny, model, e.Packed.Prompt.Ids, e.Packed.Responses[response].Ids)).ToArray();
            var tokens = new ResponseTokens(Tensor.Cat([.. all.Select(a => a.LogProb)]), [.. all.Select(a => a.LogProb.Size(0))]);
            return ResponseStatistics.FromTokens(tokens) with { SequentialKl = tokens.SumPerResponse(Tensor.Cat([.. all.Select(a => a.Divergence)])) };
        }

        ResponseStatistics Reference(int response) => ResponseStatistics.FromTokens(new ResponseTokens(
            Tensor.Cat([.. examples.Select(e => Base(tiny, model, e.Packed.Prompt.Ids, e.Packed.Responses[response].Ids))]),
            [.. examples.Select(e => (long)e.Packed.Responses[response].Ids.Count)]));
        var loss = objective.Compute(new PairStatistics
        {
            Chosen = Side(0),
            Rejected = Side(1),
            ReferenceChosen = Reference(0),
            ReferenceRejected = Reference(1),
        }).Losses.Mean();
        loss.Backward();
        return (loss.Item<double>(), TinyExamples.Gradients(model));
    }

    private static (Tensor LogProb, Tensor Divergence) Full(TinyLlama tiny, TrainedModel model, IReadOnlyList<int> prompt, IReadOnlyList<int> response)
    {
        var policy = F.LogSoftmax(Logits(tiny, prompt, response));
        Tensor other;
        using (NoGrad.Begin())
        using (model.WithoutAdapter())
        {
            other = F.LogSoftmax(Logits(tiny, prompt, response));
        }

        return (Pick(policy, response), (other.Exp() * (other - policy)).Sum([-1]));
    }

    private static Tensor Base(TinyLlama tiny, TrainedModel model, IReadOnlyList<int> prompt, IReadOnlyList<int> response)
    {
        using var noGrad = NoGrad.Begin();
        using var off = model.WithoutAdapter();
        return LogProbs(tiny, prompt, response);
    }

    private static Tensor LogProbs(TinyLlama tiny, IReadOnlyList<int> prompt, IReadOnlyList<int> response) =>
        Pick(F.LogSoftmax(Logits(tiny, prompt, response)), response);

    /// <summary>Logits at the positions before the response's tokens: [|y|, V].</summary>
    private static Tensor Logits(TinyLlama tiny, IReadOnlyList<int> prompt, IReadOnlyList<int> response)
    {
        long[] ids = [.. prompt.Concat(response).Select(id => (long)id)];
        var embedded = tiny.Language.Embed(Tensor.From<long>(ids, 1, ids.Length));
        var hidden = tiny.Language.Forward(embedded, Tensor.Arange(0, ids.Length).Unsqueeze(0));
        return tiny.Language.Logits(hidden).Select(0, 0).Narrow(0, prompt.Count - 1, response.Count);
    }

    private static Tensor Pick(Tensor logProbs, IReadOnlyList<int> response) =>
        logProbs.Gather(1, Tensor.From<long>([.. response.Select(id => (long)id)]).Unsqueeze(1)).Squeeze(1);
}
