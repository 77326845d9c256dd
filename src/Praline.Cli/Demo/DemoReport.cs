using System.Globalization;
using Praline.Data;
using Praline.Evaluation;
using Praline.Media;
using Praline.Preferences;
using Praline.SmallWorld;

namespace Praline.Cli.Demo;

/// <summary>Measures the captions against the truth and writes the demo's report.</summary>
internal sealed class DemoReport(DemoOptions options, string folder, string heldOut)
{
    private const int Examples = 12;
    private const int FramesShown = 8;

    /// <summary>Writes <c>report/</c> and prints the summary.</summary>
    /// <returns>The HTML file.</returns>
    public string Write(
        IReadOnlyList<MethodCaptions> captions, IReadOnlyList<(string Label, int Seed, string Folder)> runs, DataFiles data)
    {
        var truth = SmallWorldData.ReadTruth(Path.Combine(heldOut, "truth.jsonl")).ToDictionary(t => t.Video, t => t.Scene.Facts());
        var pairs = DataSet.Open(data.Pairs, new DataOptions { FindMedia = false }).Samples().Select(s => s.Pair()).ToList();
        var study = new CaptionStudy
        {
            Title = "SynPO on the small world",
            Introduction =
                "A small-scale experiment: a captioner of 2.2 million parameters, videos of moving shapes whose truth is known. What captions of held-out videos state "
                + "is compared with what is true of them, fact by fact.",
            Baseline = "base",
            Captions = [.. captions.SelectMany(c => c.Captions.Select(row => Facts(c, row.Key, row.Value, truth[row.Key])))],
            Runs = [.. runs.Select(r => new TrainingRun(r.Label, TrainingMetrics.Read(Path.Combine(r.Folder, "metrics.jsonl")), r.Seed))],
            Pairs = [.. pairs.Select(p => new PairScore(p.Chosen.Score!.Value, p.Rejected.Score!.Value, Words(p.Chosen.Text), Words(p.Rejected.Text)))],
            Examples = [.. truth.Keys.Order(StringComparer.Ordinal).Take(Examples).Select(video => Card(video, captions, truth[video]))],
            Settings =
            [
                new("preference videos", $"{options.PreferenceVideos}"), new("held-out videos", $"{options.HeldOutVideos}"),
                new("candidates per video", $"{options.Candidates}"), new("pairs", $"{pairs.Count}"), new("training seeds", $"{options.Seeds}"),
                new("epochs", $"{options.Epochs}"), new("LoRA rank", $"{options.LoraR}"),
                new("learning rate", options.LearningRate.ToString(CultureInfo.InvariantCulture)), new("captions", "greedy; contrastive and retrospective as in the paper: temperature 0.5, top-p 0.9, top-k 32, α 0.5"),
            ],
        };
        var output = Path.Combine(folder, "report");
        var numbers = CaptionReport.Write(study, output);
        Console.WriteLine(CaptionReport.Summary(numbers).ToMarkdown());
        return Path.Combine(output, "report.html");
    }

    private static CaptionFacts Facts(MethodCaptions method, string video, string caption, FactReference truth)
    {
        var score = FactScore.Of(caption, truth);
        return new CaptionFacts(
            method.Label, video, method.Seed ?? 0, score.TruePositives.Count, score.FalsePositives.Count, score.Missed.Count, Words(caption), score.Hallucinates);
    }

    private ExampleCard Card(string video, IReadOnlyList<MethodCaptions> captions, FactReference truth)
    {
        using var file = VideoFile.Open(Path.Combine(heldOut, "videos", video + ".mp4"));
        var frames = file.ReadFrames(FrameSampler.Linspace(0, file.Info.FrameCount - 1, FramesShown));
        return new ExampleCard(
            video,
            [.. frames.Select((frame, i) => ReportImage.Of(frame, $"frame {i + 1} of {FramesShown}"))],
            [.. captions.Where(c => c.Seed is null or 0).Select(c => new ExampleEntry(c.Label, c.Captions[video]) { Note = Mistakes(c.Captions[video], truth) })]);
    }

    private static string Mistakes(string caption, FactReference truth)
    {
        var wrong = FactScore.Of(caption, truth).FalsePositives;
        return wrong.Count == 0 ? "Nothing false." : $"False: {string.Join("; ", wrong)}.";
    }

    private static int Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
}
