using Praline.Models.Multimodal;
using Praline.Training.Engine;
using Praline.Training.Packing;
using Praline.Training.Tasks;

namespace Praline.Training.Data;

/// <summary>From a data file to examples: reads rows, checks all of them, gets the media ready, turns text into tokens.</summary>
internal sealed class ExampleBuilder(
    TrainOptions options, VisionLanguageModel model, TrainedModel trained, IProgress<TrainProgress>? progress, CancellationToken cancellation)
{
    /// <summary>Rows that were left out, and why.</summary>
    internal List<DataProblem> LeftOut { get; } = [];

    /// <summary>The rows of a file as texts, by one of the readers.</summary>
    internal List<ExampleText> Read(string path, Func<RowReaders, DataRow, IReadOnlyList<ExampleText>> read)
    {
        Report($"Reading {path}", 0, 0);
        var readers = new RowReaders(new MediaFinder(options.DirPath ?? Path.GetDirectoryName(Path.GetFullPath(path))!), options.Question);
        return [.. DataFile.Read(path).SelectMany(row => read(readers, row))];
    }

    /// <summary>Whether every row of some files has a chosen and a rejected answer.</summary>
    internal bool AllPairs(IEnumerable<string> paths) => paths.SelectMany(DataFile.Read).All(RowReaders.IsPair);

    /// <summary>
    /// Checks texts and media, then lengths; what can't be trained on is an error that lists everything, or left out.
    /// </summary>
    /// <returns>The examples and the texts that they were made of.</returns>
    internal (List<TrainingExample> Examples, List<ExampleText> Texts) Build(IReadOnlyList<ExampleText> texts)
    {
        var good = Kept(texts, texts.Count, t => [.. DataChecks.Media(t.Id, t.Media), .. DataChecks.Responses(t.Id, [.. t.Responses]), .. DataChecks.Turns(t.Id, t.History.Count + 1, options.LearnTurns)]);
        trained.Vision!.Prepare([.. good.Select(t => t.Media).OfType<MediaReference>()], (done, all) => Report("Getting media ready", done, all), cancellation);
        var pairs = Kept([.. good.SelectMany(Examples)], texts.Count, p => [.. DataChecks.Length(p.Text.Id, trained.LongestSequence(p.Example), options.MaxLength)]);
        return ([.. pairs.Select(p => p.Example)], [.. pairs.Select(p => p.Text)]);
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

    /// <summary>The items without a problem; problems are an error, unless such rows may be left out.</summary>
    private List<T> Kept<T>(IReadOnlyList<T> items, int rows, Func<T, IReadOnlyList<DataProblem>> check)
    {
        var problems = items.Select(check).ToArray();
        DataProblem[] all = [.. problems.SelectMany(p => p)];
        DataChecks.Require(all, rows, options.SkipBadRows);
        LeftOut.AddRange(all);
        return [.. items.Where((_, i) => problems[i].Count == 0)];
    }

    /// <summary>A text as one example; answers under conditions whose conversations can't share a beginning are an example each.</summary>
    private IEnumerable<(ExampleText Text, TrainingExample Example)> Examples(ExampleText text)
    {
        LearntSequence[] sequences = [.. Enumerable.Range(0, text.Responses.Count).Select(response => Sequence(text, response))];
        if (LearntSequence.Share(sequences) is { } packed)
        {
            return [(text, new TrainingExample(text.Id, packed, text.Media))];
        }

        return text.Conditions is { Count: > 1 } conditions
            ? conditions.SelectMany((condition, i) => Examples(text with { Id = $"{text.Id}/{condition}", Responses = [text.Responses[i]], Conditions = [condition] }))
            : throw new PralineException($"{text.Id}: a prompt without tokens predicts nothing: the chat template should write something before the answer.");
    }

    /// <summary>The conversation that ends with one of a text's responses.</summary>
    private LearntSequence Sequence(ExampleText text, int response)
    {
        var kind = text.Media is { IsVideo: true } ? MediaKind.Video : MediaKind.Images;
        var images = text.Media is null ? 0 : trained.Vision!.Counts(text.Media).Count;
        var question = text.Conditions is { } conditions ? options.Conditions.Apply(text.Question, conditions[response]) : text.Question;
        IReadOnlyList<Turn> turns = [.. text.History, new Turn(question, text.Responses[response])];
        var learnt = LearntTurns.Of(options.LearnTurns, turns.Count);
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
