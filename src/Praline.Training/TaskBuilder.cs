using System.Security.Cryptography;
using System.Text;
using Praline.Data;
using Praline.Models.Multimodal;
using Praline.Training.Data;
using Praline.Training.Engine;
using Praline.Training.Objectives;
using Praline.Training.Runs;
using Praline.Training.Tasks;

namespace Praline.Training;

/// <summary>From options and data to the task that the loop runs.</summary>
internal sealed class TaskBuilder(
    TrainOptions options, VisionLanguageModel model, TrainedModel trained, RunFolder run, IProgress<TrainProgress>? progress,
    CancellationToken cancellation)
{
    private readonly ExampleBuilder _builder = new(options, model, trained, progress, cancellation);

    /// <summary>The task; files that it needs are in the run's folder afterwards.</summary>
    /// <exception cref="PralineException">The method is not known, or does not fit the data or the other options.</exception>
    internal ITrainingTask Build()
    {
        var task = Create();
        if (_builder.LeftOut.Count > 0)
        {
            if (trained.World.IsMain)
            {
                run.WriteLeftOut(_builder.LeftOut);
            }

            task.LeftOutRows = _builder.LeftOut.Select(p => p.Source).Distinct().Count();
        }

        return task;
    }

    private TrainingTask Create()
    {
        var task = Training();
        return options.Profile ? new ProfilingTask(task) : task;
    }

    private TrainingTask Training()
    {
        switch (options.Method)
        {
            case "sft" when options.Profile && _builder.AllPairs([options.DatasetPath, .. options.MoreDatasetPaths, .. Given(options.EvalDatasetPath)]):
                return Pairs(new SupervisedOnChosen()); // the same loss, with a rejected side to look at
            case "sft":
            case "multiturn":
                return Supervised(sample => [[sample.Plain()]]);
            case "crl":
                return Supervised(sample => [sample.Conditional()], ConditionedRows.Together);
        }

        if (!options.LearnTurns.SequenceEqual(LearntTurns.Last))
        {
            throw new PralineException($"{options.Method} compares answers to one question, a conversation's last: leave learn_turns out, or train with sft or multiturn.");
        }

        var created = ObjectiveRegistry.Create(options.Method, options.Objective);
        if (options.LossAverage != LossAverage.Token && created is not PairObjective { HasSupervisedTerm: true })
        {
            throw new PralineException($"{options.Method} has no supervised term in its loss that loss_average could change: leave loss_average out.");
        }

        return created switch
        {
            PairObjective objective => Pairs(objective),
            RatedObjective objective => Rated(objective),
            ListObjective objective => Rankings(objective),
            var other => throw new PralineException($"The method '{other.Name}' has no task."),
        };
    }

    private SupervisedTask Supervised(
        Func<Sample, IReadOnlyList<IReadOnlyList<Answer>>> read, Func<IEnumerable<ExampleText>, List<ExampleText>>? join = null)
    {
        var (texts, heldOut) = Texts(read, join);
        var (examples, kept) = _builder.Build(texts);
        return new SupervisedTask(trained, examples, heldOut is null ? null : _builder.Build(heldOut).Examples, [.. kept.Select(SidesOf)]);
    }

    /// <summary>The first condition's answers are the chosen side, the last one's the rejected; so is everything without a condition chosen.</summary>
    private IReadOnlyList<ResponseSide> SidesOf(ExampleText text)
    {
        string[] known = [.. options.Conditions.Texts.Keys];
        return [.. text.Answers.Select(answer => answer.Condition is not { } condition || condition == known[0] ? ResponseSide.Chosen
            : condition == known[^1] ? ResponseSide.Rejected
            : ResponseSide.Neither)];
    }

    private PreferenceTask Pairs(PairObjective objective)
    {
        if (objective.Requirements.HasFlag(Requirements.SequentialKl) && trained.Adapter is null)
        {
            throw new PralineException($"{options.Method} runs the reference beside the policy, which takes an adapter: set train to lora.");
        }

        if (objective.Requirements.HasFlag(Requirements.SequentialKl) && !ReferenceModel.IsBase(options))
        {
            throw new PralineException($"{options.Method} runs the reference beside the policy with the adapter off: set reference to base, or train a fresh adapter on the merged checkpoint (praline merge).");
        }

        var (texts, heldOut) = Texts(sample => [[sample.Pair().Chosen, sample.Pair().Rejected]]);
        var examples = _builder.Build(Gapped(texts)).Examples;
        var held = heldOut is null ? null : _builder.Build(Gapped(heldOut)).Examples;
        var needsReference = objective.Requirements.HasFlag(Requirements.Reference);
        var reference = needsReference ? Reference(examples, "reference") : null;
        var heldPairs = held is null ? null : new HeldOutPairs(held, needsReference ? Reference(held, "reference-eval") : null);
        return new PreferenceTask(trained, objective, examples, reference, heldPairs);
    }

    private RatedTask Rated(RatedObjective objective)
    {
        var (texts, heldOut) = Texts(sample => [.. sample.Rated().Select(answer => new[] { answer })]);
        return new RatedTask(trained, objective, RatedExamples(objective, texts, "reference"), heldOut is null ? null : RatedExamples(objective, heldOut, "reference-eval"));
    }

    private RatedExamples RatedExamples(RatedObjective objective, List<ExampleText> texts, string reference)
    {
        var (examples, kept) = _builder.Build(texts);
        examples = objective.NeedsMismatched ? ExampleBuilder.WithMismatched(examples) : examples;
        return new RatedExamples(examples, [.. kept.Select(t => t.Answers[0].Label!.Value)], Reference(examples, reference));
    }

    private ListTask Rankings(ListObjective objective)
    {
        var (texts, heldOut) = Texts(sample => [sample.Ranked()]);
        var examples = _builder.Build(Gapped(texts)).Examples;
        var held = heldOut is null ? null : _builder.Build(Gapped(heldOut)).Examples;
        var needsReference = objective.Requirements.HasFlag(Requirements.Reference);
        return new ListTask(
            trained, objective, examples, needsReference ? Reference(examples, "reference") : null, held, needsReference && held is not null ? Reference(held, "reference-eval") : null);
    }

    private static IEnumerable<string> Given(string? path) => path is null ? [] : [path];

    /// <summary>The rows to train on and those held out.</summary>
    /// <param name="read">From a row to the answers of its examples.</param>
    /// <param name="join">Puts rows of a file together that are one example; null for none.</param>
    private (List<ExampleText> Texts, List<ExampleText>? HeldOut) Texts(
        Func<Sample, IReadOnlyList<IReadOnlyList<Answer>>> read, Func<IEnumerable<ExampleText>, List<ExampleText>>? join = null)
    {
        List<ExampleText> Read(string path) => join is null ? _builder.Read(path, read) : join(_builder.Read(path, read));
        var texts = Sampled(Read(options.DatasetPath), options.Ratio, "ratio");
        foreach (var path in options.MoreDatasetPaths)
        {
            texts.AddRange(Read(path));
        }

        if (options.EvalDatasetPath is { } given)
        {
            return (texts, Read(given));
        }

        if (options.EvalSplit <= 0)
        {
            return (texts, null);
        }

        var held = Sampled(texts, options.EvalSplit, "eval_split").ToHashSet();
        return ([.. texts.Where(t => !held.Contains(t))], [.. texts.Where(held.Contains)]);
    }

    /// <summary>A share of the rows, drawn with the run's seed, in their order.</summary>
    private List<ExampleText> Sampled(List<ExampleText> texts, double share, string setting)
    {
        if (share is not (> 0 and <= 1))
        {
            throw new PralineException(FormattableString.Invariant($"The setting {setting} should be above 0 and at most 1, found {share}."));
        }

        if (share == 1)
        {
            return texts;
        }

        var chosen = new EpochSampler(texts.Count, texts.Count, Seeds.Derive(options.Loop.Seed, setting)).Batch(0)
            .Take((int)Math.Round(share * texts.Count)).ToHashSet();
        return [.. texts.Where((_, i) => chosen.Contains(i))];
    }

    private List<ExampleText> Gapped(List<ExampleText> texts)
    {
        var kept = texts.Where(t => t.Gap is null || t.Gap >= options.MinScoreGap).ToList();
        _builder.LeftOut.AddRange(texts.Where(t => t.Gap < options.MinScoreGap).Select(t => t.Sample.Problem(
            "", FormattableString.Invariant($"scores that are min_score_gap ({options.MinScoreGap}) or more apart"), FormattableString.Invariant($"{t.Gap}"), "Lower min_score_gap.")));
        return kept.Count > 0 || texts.Count == 0 ? kept : throw new PralineException(FormattableString.Invariant(
            $"None of the {texts.Count} pairs has a score gap of {options.MinScoreGap} or more (the largest is {texts.Max(t => t.Gap)}): lower min_score_gap."));
    }

    private ReferenceLogProbs Reference(IReadOnlyList<TrainingExample> examples, string name)
    {
        using var reference = ReferenceModel.Open(options, model, trained, examples, cancellation);
        var key = ReferenceKey(reference, examples);
        var file = options.ReferenceCache is { } shared ? Path.Combine(shared, $"{key}.safetensors") : Path.Combine(run.Root, $"{name}.safetensors");
        return ReferenceLogProbs.Get(
            reference.Model, examples, file, key, report: (done, all) => _builder.Report("Reference log-probabilities", done, all), cancellation: cancellation,
            keepsAdapter: reference.KeepsAdapter);
    }

    /// <summary>Names what reference log-probabilities depend on: weights, vision settings, every token, every file.</summary>
    private string ReferenceKey(ReferenceModel reference, IReadOnlyList<TrainingExample> examples)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Add(string text) => hash.AppendData(Encoding.UTF8.GetBytes(text + "\n"));
        Add(reference.Fingerprint);
        Add(model.VisionSettings);
        Add(options.Frames.ToString());
        Add(model.Language.DType.ToString());
        foreach (var example in examples)
        {
            Add(string.Join(' ', example.Packed.Prompt.Ids));
            foreach (var response in example.Packed.Responses)
            {
                Add(string.Join(' ', response.Ids));
            }

            foreach (var medium in example.Media.SelectMany(set => set.Items))
            {
                var file = medium.Path is { } path ? new FileInfo(path) : null;
                Add(FormattableString.Invariant($"{medium.Key} {file?.Length} {file?.LastWriteTimeUtc.Ticks}"));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
