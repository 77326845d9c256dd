using Praline.Torch;
using Praline.Training.Data;
using Praline.Training.Objectives;
using Praline.Training.Packing;
using Praline.Training.Tasks;

namespace Praline.Training.Tests.Tasks;

/// <summary>Trainings by any method on random tokens, and their profiled rewards computed without the profiler.</summary>
internal static class ProfiledTasks
{
    private static readonly ResponseSide[][] Conditions =
        [[ResponseSide.Chosen, ResponseSide.Rejected], [ResponseSide.Rejected, ResponseSide.Neither], [ResponseSide.Neither, ResponseSide.Chosen]];

    public static bool ComparesPairs(string method) =>
        ObjectiveRegistry.Names.Contains(method) && ObjectiveRegistry.Create(method).Requirements.HasFlag(Requirements.SeveralPairs);

    /// <summary>A fresh training: objectives of their own, for some keep running means.</summary>
    public static TrainingTask Make(string method, TrainedModel model, int count)
    {
        var examples = Examples(method, count);
        switch (method)
        {
            case "sft_only":
                return new SupervisedTask(model, examples);
            case "crl":
                return new SupervisedTask(model, examples, sides: [.. examples.Select((_, i) => Conditions[i % 3])]);
        }

        switch (ObjectiveRegistry.Create(method))
        {
            case PairObjective pair:
                return new PreferenceTask(
                    model, pair, examples, pair.Requirements.HasFlag(Requirements.Reference) ? ReferenceLogProbs.Get(model, examples) : null);
            case RatedObjective rated:
                examples = rated.NeedsMismatched ? ExampleBuilder.WithMismatched(examples) : examples;
                return new RatedTask(model, rated, new RatedExamples(examples, [.. examples.Select((_, i) => Desirable(i))], ReferenceLogProbs.Get(model, examples)));
            default:
                return new ListTask(model, (ListObjective)ObjectiveRegistry.Create(method), examples, ReferenceLogProbs.Get(model, examples));
        }
    }

    /// <summary>The profiled rewards of one side from a forward pass per response, the whole matrix of logits: [count]; null for none.</summary>
    public static Tensor? Rewards(string method, TrainedModel model, int[] batch, bool chosen)
    {
        var examples = Examples(method, batch.Max() + 1);
        Tensor[] rewards = [.. batch.SelectMany(i => Rewards(method, model, examples[i], i, chosen))];
        return rewards.Length == 0 ? null : Tensor.Stack(rewards);
    }

    /// <summary>Σ ∂r/∂θ of one side, and how many rewards that are.</summary>
    public static (Dictionary<string, Tensor> Gradients, int Count)? RewardGradient(string method, TrainedModel model, int[] batch, bool chosen)
    {
        if (Rewards(method, model, batch, chosen) is not { } rewards)
        {
            return null;
        }

        rewards.Sum().Backward();
        return (TinyExamples.Gradients(model), (int)rewards.Numel);
    }


    private static bool Desirable(int example) => example % 3 != 1;

    private static List<TrainingExample> Examples(string method, int count) => method switch
    {
        "sft_only" => TinyExamples.Make(count, 1),
        "crl" => [.. TinyExamples.Make(count, 2).Select(Questioned)],
        _ => TinyExamples.Make(count, ObjectiveRegistry.Create(method) switch { PairObjective => 2, RatedObjective => 1, _ => 3 }),
    };

    /// <summary>The first tokens of each response are its own question, which is not learnt.</summary>
    private static TrainingExample Questioned(TrainingExample example) => example with
    {
        Packed = example.Packed with { Responses = [.. example.Packed.Responses.Select((r, i) => new Response(r.Ids, [.. r.Ids.Select((_, t) => t > i)]))] },
    };

    private static IEnumerable<Tensor> Rewards(string method, TrainedModel model, TrainingExample example, int number, bool chosen)
    {
        Tensor LogProbs(int response)
        {
            var all = Separate(model, example.Packed.Prompt.Ids, example.Packed.Responses[response].Ids);
            var given = example.Packed.Responses[response].Ids.Count - example.Packed.Responses[response].CountedTokens;
            return all.Narrow(0, given, all.Size(0) - given);
        }

        Tensor Sum(int response) => LogProbs(response).Sum();
        Tensor Mean(int response) => LogProbs(response).Mean();
        switch (method)
        {
            case "sft_only":
                return chosen ? [Mean(0)] : [];
            case "crl":
                return Conditions[number % 3].Index().Where(r => r.Item == (chosen ? ResponseSide.Chosen : ResponseSide.Rejected)).Select(r => Mean(r.Index));
            case "kto" or "bco":
                return Desirable(number) == chosen ? [Sum(0)] : [];
            case "listwise_dpo":
                return [chosen ? Sum(0) : (Sum(1) + Sum(2)) / 2];
            case "listwise_rrhf":
                return [chosen ? Mean(0) : (Mean(1) + Mean(2)) / 2];
            case "synpo":
                return [Mean(chosen ? 0 : 1).Exp()];
            case "simpo" or "rrhf" or "orpo" or "sft":
                return [Mean(chosen ? 0 : 1)];
            default:
                return [Sum(chosen ? 0 : 1)];
        }
    }

    private static Tensor Separate(TrainedModel model, IReadOnlyList<int> prompt, IReadOnlyList<int> response)
    {
        long[] ids = [.. prompt.Concat(response).Select(id => (long)id)];
        var embedded = model.Language.Embed(Tensor.From<long>(ids, 1, ids.Length));
        var hidden = model.Language.Forward(embedded, Tensor.Arange(0, ids.Length).Unsqueeze(0));
        var logits = model.Language.Logits(hidden).Select(0, 0).Narrow(0, prompt.Count - 1, response.Count);
        return F.LogSoftmax(logits).Gather(1, Tensor.From<long>([.. response.Select(id => (long)id)]).Unsqueeze(1)).Squeeze(1);
    }
}
