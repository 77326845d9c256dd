using Praline.Data;
using Praline.Models.Multimodal;
using Praline.Training.Engine;
using Praline.Training.Packing;
using Praline.Training.Tasks;

namespace Praline.Training.Data;

/// <summary>From a data file to examples: reads rows, checks all of them, gets the media ready, turns text into tokens.</summary>
internal sealed class ExampleBuilder(
    TrainOptions options, VisionLanguageModel model, TrainedModel trained, IProgress<TrainProgress>? progress, CancellationToken cancellation)
{
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
            _unread.AddRange(problem is null ? [] : [problem]);
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
        var unusable = trained.Vision!.Prepare([.. good.Select(t => t.Media).OfType<MediaSet>()], (done, all) => Report("Getting media ready", done, all), cancellation);
        Leave([.. good.Where(t => t.Media is { } m && unusable.ContainsKey(m.Key)).Select(t => t.Sample.Problem(
            t.Media!.IsVideo ? "videos" : "images", "media that can be read", unusable[t.Media.Key].TrimEnd('.'), "Fetch the file again, or drop the row."))], rows);
        good = [.. good.Where(t => t.Media is null || !unusable.ContainsKey(t.Media.Key))];
        (ExampleText Text, TrainingExample Example)[] examples = [.. good.SelectMany(Examples)];
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
    private IEnumerable<(ExampleText Text, TrainingExample Example)> Examples(ExampleText text)
    {
        LearntSequence[] sequences = [.. text.Answers.Select(answer => Sequence(text, answer))];
        if (LearntSequence.Share(sequences) is { } packed)
        {
            return [(text, new TrainingExample(text.Id, packed, text.Media) { Stream = text.Stream })];
        }

        return text.Conditions is { Count: > 1 } conditions
            ? conditions.SelectMany((condition, i) => Examples(text with { Id = $"{text.Id}/{condition}", Stream = $"{text.Stream}/{condition}", Answers = [text.Answers[i]] }))
            : throw new PralineException($"{text.Id}: a prompt without tokens predicts nothing: the chat template should write something before the answer.");
    }

    /// <summary>The conversation that ends with one of a text's answers.</summary>
    private LearntSequence Sequence(ExampleText text, Answer answer)
    {
        var kind = text.Media is { IsVideo: true } ? MediaKind.Video : MediaKind.Images;
        var images = text.Media is null ? 0 : trained.Vision!.Counts(text.Media).Count;
        var said = text.Sample.Turns;
        var last = answer.Condition is { } condition && text.Conditions is not null ? options.Conditions.Apply(said[^1].Text, condition) : said[^1].Text;
        (string Question, string Answer)[] turns = [.. said.SkipLast(1).Chunk(2).Select(turn => (turn[0].Text, turn[1].Text)), (last, answer.Text)];
        var learnt = LearntTurns.Of(options.LearnTurns, turns.Length);
        var (ids, counted) = (new List<int>(), new List<bool>());
        void Add(IReadOnlyList<int> more, bool isLearnt)
        {
            ids.AddRange(more);
            counted.AddRange(Enumerable.Repeat(isLearnt, more.Count));
        }

        // Media belong to a conversation's first question; what comes after the last learnt answer is not computed.
        for (var turn = 0; turn <= learnt[^1]; turn++)
        {
            Add(model.Tokenize(model.FormatPrompt(turns[turn].Question, turn == 0 ? images : 0, kind)).Ids, isLearnt: false);
            Add(AnswerIds(turns[turn].Answer), learnt.Contains(turn));
        }

        return new LearntSequence(ids, counted);
    }

    /// <summary>
    /// The answer's tokens and the end token. The papers differ in what they put between the two, and the one that puts something there
    /// (MACAROON) takes answers as they are.
    /// </summary>
    private int[] AnswerIds(string answer)
    {
        var ids = model.TokenizeAnswer(answer);
        return options.AnswerSuffix.Length == 0
            ? ids
            : [.. model.Tokenizer.Encode(answer + options.AnswerSuffix, addSpecialTokens: false), ids[^1]];
    }
}
