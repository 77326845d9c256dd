using Praline.Models.Multimodal;
using Praline.Training.Engine;
using Praline.Training.Packing;
using Praline.Training.Tasks;

namespace Praline.Training.Data;

/// <summary>From a data file to examples: reads rows, checks all of them, gets the media ready, turns text into tokens.</summary>
internal sealed class ExampleBuilder(
    TrainOptions options, VisionLanguageModel model, TrainedModel trained, IProgress<TrainProgress>? progress, CancellationToken cancellation)
{
    /// <summary>Examples with one answer each.</summary>
    internal IReadOnlyList<TrainingExample> Supervised(string path)
    {
        var rows = Rows(path, SupervisedRow.Read);
        return Build(rows, row => row.Id, row => row.Media, row => row.Question, row => [row.Answer]);
    }

    private List<T> Rows<T>(string path, Func<DataRow, MediaFinder, string, T> read)
    {
        Report($"Reading {path}", 0, 0);
        var finder = new MediaFinder(options.DirPath ?? Path.GetDirectoryName(Path.GetFullPath(path))!);
        return [.. DataFile.Read(path).Select(row => read(row, finder, options.Question))];
    }

    private List<TrainingExample> Build<T>(
        IReadOnlyList<T> rows, Func<T, string> id, Func<T, MediaReference?> media, Func<T, string> question, Func<T, string[]> responses)
    {
        var problems = rows.SelectMany(row => DataChecks.Media(id(row), media(row)).Concat(DataChecks.Responses(id(row), responses(row)))).ToList();
        DataChecks.Require(problems, rows.Count, options.SkipBadRows);
        var good = Without(rows, id, problems);
        trained.Vision!.Prepare(
            [.. good.Select(media).OfType<MediaReference>()], (done, all) => Report("Getting media ready", done, all), cancellation);

        var examples = good.Select(row => Example(id(row), media(row), question(row), responses(row))).ToList();
        problems = [.. examples.SelectMany(e => DataChecks.Length(e.Id, trained.LongestSequence(e), options.MaxLength))];
        DataChecks.Require(problems, rows.Count, options.SkipBadRows);
        return Without(examples, e => e.Id, problems);
    }

    private static List<T> Without<T>(IEnumerable<T> items, Func<T, string> id, IEnumerable<DataProblem> problems)
    {
        var bad = problems.Select(p => p.Id).ToHashSet(StringComparer.Ordinal);
        return [.. items.Where(item => !bad.Contains(id(item)))];
    }

    private TrainingExample Example(string id, MediaReference? media, string question, string[] responses)
    {
        var kind = media is { IsVideo: true } ? MediaKind.Video : MediaKind.Images;
        var prompt = model.Tokenize(model.FormatPrompt(question, media is null ? 0 : trained.Vision!.Counts(media).Count, kind));
        return new TrainingExample(id, new PackedExample(prompt, [.. responses.Select(r => new Response(model.TokenizeAnswer(r)))]), media);
    }

    private void Report(string what, int done, int all) => progress?.Report(new TrainProgress(
        TrainEventKind.Preparing, done, all, 0, new Dictionary<string, double>(), 0, TimeSpan.Zero, Runs.ProcessMemory.Peak, what));
}
