using Praline.Json;
using System.Globalization;
using Praline.Evaluation;
using Praline.Preferences;

namespace Praline.Cli.Demo;

/// <summary>The MACAROON demo's report and summary.</summary>
internal static class MacaroonReport
{
    /// <summary>Writes <c>report/</c> and prints the tables.</summary>
    /// <returns>The HTML file.</returns>
    public static string Write(
        PieEvaluation evaluation, IReadOnlyList<(string Label, string Folder)> runs, MacaroonDemoOptions options, ImaginationFiles data, string truth, string output)
    {
        var imagined = JsonLines.Read<ImaginedRow>(data.Imagined);
        var sides = Sides(imagined, SmallWorldEngagement.Open(truth));
        var study = evaluation.Study(runs) with
        {
            Title = "MACAROON on the small world",
            Introduction =
                "A small-scale experiment: a model of about two million parameters that answers questions about images of shapes. What it imagined itself trains it in five ways; "
                + "a judge that knows every image exactly says which answers engage as they should.",
            Picture = ReportPicture.Small,
            Further = [new ReportSection("Self-imagination", new TableBlock(sides))],
            Settings =
            [
                new("preference images", $"{options.PreferenceImages}"), new("held-out images", $"{options.HeldOutImages}"), new("imagined pairs", $"{imagined.Count}"),
                new("epochs", $"{options.Epochs}"), new("learning rate", options.LearningRate.ToString(CultureInfo.InvariantCulture)),
                new("DPO's learning rate", options.DpoLearningRate.ToString(CultureInfo.InvariantCulture)), new("answers", "greedy"), new("CRL", "\"good \" before questions"),
            ],
        };
        var numbers = PieReport.Write(study, output);
        Console.WriteLine(sides.ToMarkdown());
        PieView.Print(study, numbers);
        return Path.Combine(output, "report.html");
    }

    /// <summary>How often the imagined responses are what they should be, by the exact judge.</summary>
    private static ReportTable Sides(IReadOnlyList<ImaginedRow> imagined, SmallWorldEngagement judge)
    {
        ReportCell Share(IEnumerable<ImaginedRow> rows, Func<ImaginedRow, string> response, bool engages)
        {
            var verdicts = rows.Select(r => judge.FollowsAsync(r.Image, GuideSet.Default.Find(r.Type)!, r.Question, response(r), default).Result == engages).ToList();
            return ReportCell.Of(Wilson.Interval(verdicts.Count(v => v), verdicts.Count), "0.00");
        }

        return new ReportTable
        {
            Columns = [new("question type"), new("pairs"), new("preferred ones that engage"), new("rejected ones that don't")],
            Rows = [.. imagined.GroupBy(r => r.Type).Select(g => (Name: g.Key, Rows: (IEnumerable<ImaginedRow>)g)).Append(("all", imagined)).Select(g => (IReadOnlyList<ReportCell>)
                [g.Name, $"{g.Rows.Count()}", Share(g.Rows, r => r.Preferred, true), Share(g.Rows, r => r.Rejected, false)])],
            Note = "What the model imagined by criteria in its prompt alone, judged exactly. 95 % Wilson intervals.",
        };
    }
}
