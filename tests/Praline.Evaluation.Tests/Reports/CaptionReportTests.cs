using System.Text.Json;
using Praline.Media;

namespace Praline.Evaluation.Tests;

public class CaptionReportTests
{
    [Fact]
    public void A_study_becomes_one_page_its_numbers_and_its_figures()
    {
        var folder = Environment.GetEnvironmentVariable("PRALINE_PLOTS") is { Length: > 0 } given
            ? Directory.CreateDirectory(Path.Combine(given, "captions"))
            : Directory.CreateTempSubdirectory("praline-report-");
        try
        {
            var numbers = CaptionReport.Write(Study(), folder.FullName);
            var names = Directory.GetFiles(folder.FullName, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder.FullName, f));
            Assert.Equal(
                ["figures/facts.svg", "figures/norms.svg", "figures/pairs.svg", "figures/rewards.svg", "figures/training.svg", "report.html", "report.json"],
                names.Order(StringComparer.Ordinal));

            using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder.FullName, "report.json")));
            var method = json.RootElement.GetProperty("methods")[3];
            Assert.Equal("praline.captions/1", json.RootElement.GetProperty("schema").GetString());
            Assert.Equal("SynPO", method.GetProperty("method").GetString());
            Assert.Equal(numbers.Methods[3].F1.Lower, method.GetProperty("f1").GetProperty("lower").GetDouble());
            Assert.Equal(3, method.GetProperty("f1_by_seed").EnumerateObject().Count());
            Assert.Equal(
                numbers.Comparisons[2].HallucinationRate.PValue,
                json.RootElement.GetProperty("comparisons")[2].GetProperty("hallucination_rate").GetProperty("p_value").GetDouble());

            var html = File.ReadAllText(Path.Combine(folder.FullName, "report.html"));
            Assert.Equal(html, Again(Study()));
            Assert.DoesNotContain("<script>alert", html);
            Assert.Contains("&lt;script&gt;alert", html);
            Assert.DoesNotContain("http", html.Replace("http://www.w3.org/2000/svg", ""));
            Assert.Contains("<mark class=\"bad\" title=\"no green circle\">a green circle</mark>", html);
            Assert.Contains("data:image/png;base64,", html);
        }
        finally
        {
            if (folder.Name.StartsWith("praline-report-"))
            {
                folder.Delete(recursive: true);
            }
        }
    }

    [Fact]
    public void The_best_of_each_column_is_strong()
    {
        var table = CaptionReport.Summary(CaptionNumbers.Of(Study()));
        Assert.Equal(["base", "SFT", "DPO", "SynPO"], table.Rows.Select(r => r[0].Text));
        Assert.Equal("SynPO", Assert.Single(table.Rows, r => r[4].Strong)[0].Text);
        Assert.Equal("SynPO", Assert.Single(table.Rows, r => r[5].Strong)[0].Text);
        Assert.Contains("| **", table.ToMarkdown());
    }

    [Fact]
    public void A_study_without_training_or_pairs_has_a_report_too()
    {
        var html = Again(Study() with { Runs = [], Pairs = [], Examples = [], LeftOut = [] });
        Assert.DoesNotContain(">Training<", html);
        Assert.DoesNotContain("<script>", html);
    }

    [Fact]
    public void Length_bias_counts_pairs_of_unequal_length()
    {
        // Hand: 3 pairs of unequal length, 2 with the chosen response longer.
        var summary = PairSummary.Of([new(9, 4, 10, 8), new(8, 3, 7, 7), new(7, 2, 5, 4), new(6, 1, 3, 9)]);
        Assert.Equal(2.0 / 3, summary.ChosenLonger.Value, 12);
        Assert.Equal(7.5, summary.ChosenScore);
        Assert.Equal(7, summary.RejectedWords);
    }

    private static string Again(CaptionStudy study)
    {
        var folder = Directory.CreateTempSubdirectory("praline-report-");
        try
        {
            CaptionReport.Write(study, folder.FullName);
            return File.ReadAllText(Path.Combine(folder.FullName, "report.html"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    internal static CaptionStudy Study()
    {
        var random = new Random(7);
        (string, double, int)[] methods = [("base", 0.62, 1), ("SFT", 0.68, 3), ("DPO", 0.71, 3), ("SynPO", 0.82, 3)];
        var captions = methods.SelectMany(m => Enumerable.Range(0, m.Item3).SelectMany(seed => Enumerable.Range(0, 60).Select(video =>
        {
            var right = Enumerable.Range(0, 8).Count(_ => random.NextDouble() < m.Item2 - 0.1 + (video % 5 * 0.04));
            var wrong = Enumerable.Range(0, 3).Count(_ => random.NextDouble() > m.Item2);
            return new CaptionFacts(m.Item1, $"video {video:00}", seed, right, wrong, 8 - right, 25 + random.Next(12), wrong > 0);
        }))).ToArray();
        var pixels = new byte[96 * 64 * 3];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (byte)(i % 3 == 0 ? i / 288 * 4 : i % 288);
        }

        var text = "A red square moves left above a green circle. <script>alert(1)</script>";
        return new()
        {
            Title = "SynPO on the small world",
            Introduction = "Four captioners on 60 held-out videos: made-up numbers, to test the report.",
            Captions = captions,
            Baseline = "base",
            Runs = RunComparisonTests.Runs(),
            Pairs = [.. Enumerable.Range(0, 200).Select(_ => new PairScore(8 + (3 * random.NextDouble()), 1 + (5 * random.NextDouble()), 20 + random.Next(15), 18 + random.Next(15)))],
            Examples = [.. Enumerable.Range(0, 3).Select(i => new ExampleCard(
                $"video {i:00}", [.. Enumerable.Range(0, 8).Select(f => ReportImage.Of(new RgbImage(96, 64, pixels), $"frame {f}"))],
                [
                    new("base", new(text, [new(2, 10, TextTone.Good, "red square"), new(30, 14, TextTone.Bad, "no green circle")]))
                    {
                        Badges = [new("2 facts right", TextTone.Good), new("1 hallucinated", TextTone.Bad)],
                    },
                    new("SynPO", new("A red square moves left.", [new(2, 10, TextTone.Good)])),
                ])
            {
                Subtitle = "Truth: a red square moves left; a blue triangle stands still", Facets = [new("split", i == 0 ? "easy" : "hard")],
            })],
            LeftOut = [new("videos without two scored candidates", ["video 61", "video 62"])],
            Settings = [new("method", "synpo"), new("alpha", "30"), new("beta", "0.2"), new("learning rate", "2e-4"), new("seeds", "0, 1, 2")],
        };
    }
}
