using Praline.Data;
using Praline.Models.Multimodal;
using Praline.Text.ChatTemplates;
using Praline.Training.Engine;
using Praline.Training.Packing;
using Praline.Training.Tasks;

namespace Praline.Training.Data;

/// <summary>From a data file to examples: reads rows, checks all of them, gets the media ready, turns text into tokens.</summary>
internal sealed class ExampleBuilder(
    TrainOptions options, VisionLanguageModel model, TrainedModel trained, IProgress<TrainProgress>? progress, CancellationToken cancellation)
{
    private readonly SampleTokenizer _tokenizer = new(model, set => trained.Vision!.Counts(set))
    {
        LearnTurns = options.LearnTurns,
        Conditions = options.Conditions,
        AnswerSuffix = options.AnswerSuffix,
        TrimAnswers = options.TrimAnswers,
    };
    private readonly List<DataProblem> _unread = [];
    private int _rows;

    /// <summary>Rows that were left out, and why.</summary>
    internal List<DataProblem> LeftOut { get; } = [];

    private DataOptions Reading => new()
    {
        MediaFolder = options.DirPath,
        Question = options.Question,
        Format = options.DataFormat,
        Columns = DataOptions.ParseColumns(options.Column),
        IgnoredColumns = options.IgnoreColumn,
        Rejected = options.Rejected,
    };

    /// <summary>The rows of a file as texts, by one of a sample's views; each list of answers is one example. Rows without the view are problems, see <see cref="Build"/>.</summary>
    internal List<ExampleText> Read(string path, Func<Sample, IReadOnlyList<IReadOnlyList<Answer>>> view)
    {
        Report($"Reading {path}", 0, 0);
        var texts = new List<ExampleText>();
        var data = DataSet.Open(path, Reading);
        foreach (var (_, examples, problem) in data.Read(sample => Views(sample, view(sample))))
        {
            _rows++;
            texts.AddRange(examples ?? []);
            _unread.AddRange(problem is { IsError: true } ? [problem] : []);
            LeftOut.AddRange(problem is { IsError: false } ? [problem] : []);
        }

        foreach (var warning in data.Warnings)
        {
            Report(warning.ToString(), 0, 0);
        }

        return texts.Count > 0 || _unread.Count > 0 ? texts : throw new PralineException($"{path} has no rows.");
    }

    /// <summary>Whether every row of some files has a chosen and a rejected answer.</summary>
    internal bool AllPairs(IEnumerable<string> paths) => paths.All(path => DataSet.Open(path, Reading).Read().All(row => row.Value is null or { HasPair: true }));

    /// <summary>
    /// Checks texts and media, then lengths; what can't be trained on is an error that lists everything, or left out.
    /// </summary>
    /// <returns>The examples and the texts that they were made of.</returns>
    internal (List<TrainingExample> Examples, List<ExampleText> Texts) Build(IReadOnlyList<ExampleText> texts)
    {
        var rows = texts.Count + _unread.Count;
        var problems = texts.Select(text => DataChecks.Of(text, options.LearnTurns, model.HasVision).ToArray()).ToArray();
        Leave([.. _unread, .. problems.SelectMany(p => p)], rows);
        _unread.Clear();
        ExampleText[] good = [.. texts.Where((_, i) => problems[i].Length == 0)];
        var unusable = trained.Vision!.Prepare([.. good.SelectMany(t => t.Media)], (done, all) => Report("Getting media ready", done, all), cancellation);
        Leave([.. good.SelectMany(t => t.Media.Where(m => unusable.ContainsKey(m.Key)).Select(m => t.Sample.Problem(
            m.IsVideo ? "videos" : "images", "media that can be read", unusable[m.Key].TrimEnd('.'), "Fetch the file again, or drop the row.")))], rows);
        var written = good.Where(t => !t.Media.Any(m => unusable.ContainsKey(m.Key))).Select(Examples).ToArray();
        Leave([.. written.Select(w => w.Problem).OfType<DataProblem>()], rows);
        (ExampleText Text, TrainingExample Example)[] examples = [.. written.SelectMany(w => w.Examples)];
        var tooLong = examples.Select(e => DataChecks.Length(e.Text, trained.LongestSequence(e.Example), options.MaxLength).ToArray()).ToArray();
        Leave([.. tooLong.SelectMany(p => p)], rows);
        examples = [.. examples.Where((_, i) => tooLong[i].Length == 0)];
        return ([.. examples.Select(p => p.Example)], [.. examples.Select(p => p.Text)]);
    }

    /// <summary>
    /// The same examples with another example's response beside their own, for KTO's reference point: the next one's, the last one's
    /// partner is the first.
    /// </summary>
    internal static List<TrainingExample> WithMismatched(IReadOnlyList<TrainingExample> examples) =>
    [
        .. examples.Select((example, i) => example with
        {
            Packed = example.Packed with { Responses = [example.Packed.Responses[0], examples[(i + 1) % examples.Count].Packed.Responses[0]] },
        }),
    ];

    internal void Report(string what, int done, int all) => progress?.Report(new TrainProgress(
        TrainEventKind.Preparing, done, all, 0, new Dictionary<string, double>(), 0, TimeSpan.Zero, Runs.ProcessMemory.Peak, what));

    private IReadOnlyList<ExampleText> Views(Sample sample, IReadOnlyList<IReadOnlyList<Answer>> views)
    {
        string[] sides = views.Count == 1 ? [""] : ["/chosen", "/rejected"];
        return [.. views.Select((answers, i) => new ExampleText(sample, answers) { Id = sample.Id + sides[i], Stream = $"{_rows}{sides[i]}" })];
    }

    /// <summary>Problems are an error, unless rows may be left out.</summary>
    private void Leave(IReadOnlyList<DataProblem> problems, int rows)
    {
        DataChecks.Require(problems, rows, options.SkipBadRows);
        LeftOut.AddRange(problems);
    }

    /// <summary>A text as one example; answers under conditions whose conversations can't share a beginning are an example each.</summary>
    private (IReadOnlyList<(ExampleText Text, TrainingExample Example)> Examples, DataProblem? Problem) Examples(ExampleText text)
    {
        LearntSequence[] sequences;
        try
        {
            sequences = [.. text.Answers.Select(answer => _tokenizer.Sequence(text.Sample, text.Conditions is null ? answer with { Condition = null } : answer))];
        }
        catch (PralineException error)
        {
            return ([], text.Sample.Problem("", "a conversation that the model's chat template can write", error.Message.TrimEnd('.'), "Change the row, or drop it."));
        }

        if (options.MaxTextLength is { } most && sequences.Max(s => Math.Max(s.Given, s.Ids.Count - s.Given)) is var longest && longest > most)
        {
            return ([], text.Sample.Problem("", $"at most max_text_length ({most}) tokens of text in the question and in each answer", $"{longest}", "Raise max_text_length, or drop the row: nothing is cut."));
        }

        if (LearntSequence.Share(sequences) is { } packed)
        {
            return ([(text, new TrainingExample(text.Id, packed, text.Media) { Stream = text.Stream })], null);
        }

        if (text.Conditions is not { Count: > 1 } conditions)
        {
            return ([], text.Sample.Problem(
                "", "a token, and all media, before the first answer that is learnt", "media behind it, or nothing before it",
                "Learn the last answer alone (learn_turns: last), or drop the row."));
        }

        var each = conditions.Select((condition, i) =>
            Examples(text with { Id = $"{text.Id}/{condition}", Stream = $"{text.Stream}/{condition}", Answers = [text.Answers[i]] })).ToArray();
        return ([.. each.SelectMany(e => e.Examples)], each.Select(e => e.Problem).FirstOrDefault(p => p is not null));
    }
}
