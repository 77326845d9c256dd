using System.Text.Json;
using System.Text.RegularExpressions;
using Praline.Testing;

namespace Praline.Evaluation.Tests;

public sealed class PieReportTests : IDisposable
{
    private readonly PieFolder _pie = new();

    public void Dispose() => _pie.Dispose();

    [Fact]
    public async Task Runs_become_one_page_to_browse_and_their_numbers()
    {
        var study = await Study();
        var folder = Environment.GetEnvironmentVariable("PRALINE_PLOTS") is { Length: > 0 } given ? Path.Combine(given, "pie") : _pie.PathOf("report");
        PieReport.Write(study, folder);
        var html = File.ReadAllText(Path.Combine(folder, "report.html"));
        Assert.Contains("Is it &lt;b&gt;pretty&lt;/b&gt;?", html);
        Assert.DoesNotContain("<b>pretty</b>", html);
        Assert.Equal(7, html.Split("<article").Length - 1);
        Assert.Contains("Questions whose image is missing: 1", html);
        Assert.Contains("Unscored answers of DPO: 1", html);
        Assert.Contains("Judged: engages.", html);
        Assert.Contains("data:image/png;base64,", html);

        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "report.json")));
        var root = json.RootElement;
        Assert.Equal("praline.pie/1", root.GetProperty("schema").GetString());
        Assert.Equal(7, root.GetProperty("questions").GetInt32());
        Assert.Equal(1, root.GetProperty("missing_images").GetArrayLength());
        var crl = root.GetProperty("runs")[2];
        Assert.Equal("CRL", crl.GetProperty("run").GetString());
        Assert.Equal(6, crl.GetProperty("answers").GetInt32());
        Assert.Equal(1, crl.GetProperty("align_rates").GetProperty("macro").GetProperty("value").GetDouble());
        Assert.Equal(2, crl.GetProperty("types")[2].GetProperty("true").GetInt32());
        Assert.Equal(3, root.GetProperty("comparisons").GetArrayLength());
        Assert.Equal(JsonValueKind.Null, crl.GetProperty("types")[4].GetProperty("true_rate").GetProperty("value").ValueKind);
    }

    [Fact]
    public async Task The_summary_is_the_papers_table()
    {
        var table = PieReport.Summary(PieNumbers.Of(await Study()));
        Assert.Equal(["base", "DPO", "CRL"], table.Rows.Select(r => r[0].Text));
        Assert.Equal("1.00 / 0.00", table.Rows[2][3].Text);
        Assert.Contains("2/2", table.Rows[2][3].Detail);
        Assert.Equal("–", table.Rows[2][5].Text.Split(' ')[0]);
        Assert.True(table.Rows[2][^1].Strong);
    }

    [Fact]
    public async Task Every_field_is_documented()
    {
        var docs = File.ReadAllText(Path.Combine(Golden.RepositoryRoot, "docs", "reports.md"));
        var named = Regex.Matches(docs, "`([^`]+)`").SelectMany(m => Regex.Matches(m.Value, "[a-z0-9_]+")).Select(m => m.Value).ToHashSet();
        foreach (var json in new[] { ReportJson.Serialize(PieNumbers.Of(await Study())), ReportJson.Serialize(CaptionNumbers.Of(CaptionReportTests.Study())) })
        {
            using var document = JsonDocument.Parse(json);
            Assert.Empty(Names(document.RootElement).Distinct().Except(named));
        }

        // Names of fields, not those that data gives (settings, seeds, runs, reasons).
        static IEnumerable<string> Names(JsonElement e) => e.ValueKind switch
        {
            JsonValueKind.Object => e.EnumerateObject().SelectMany(p =>
                p.Name is "settings" or "left_out" or "unscored" or "f1_by_seed" ? [p.Name] : Names(p.Value).Prepend(p.Name)),
            JsonValueKind.Array => e.EnumerateArray().SelectMany(Names),
            _ => [],
        };
    }

    [Fact]
    public async Task Two_runs_of_one_label_are_refused()
    {
        var study = await Study();
        var error = Assert.Throws<PralineException>(() => PieNumbers.Of(study with { Runs = [study.Runs[0], study.Runs[0]] }));
        Assert.Contains("labelled base", error.Message);
    }

    private async Task<PieStudy> Study()
    {
        async Task<PieRun> Run(string label, Func<PieQuestion, int, string> flag)
        {
            await _pie.Answer(new ScriptedModel((q, i) => label == "base" ? "It is red." : "Which one do you mean?"), label + ".jsonl");
            var places = PieQuestion.ReadFile(_pie.Questions).Index().ToLookup(q => q.Item, q => q.Index);
            await _pie.Judge(
                new ScriptedJudge(c => new($"Explanation: Judged: engages.\nFlag: {flag(c.Question, places[c.Question].First())}")),
                label + ".jsonl", label + ".judged.jsonl");
            return PieRun.ReadFile(label, _pie.PathOf(label + ".judged.jsonl"));
        }

        return new()
        {
            Introduction = "Three models on seven questions.",
            Questions = PieQuestion.ReadFile(_pie.Questions),
            Images = _pie.Images,
            Runs =
            [
                await Run("base", (q, i) => i == 1 ? "True" : "False"),
                await Run("DPO", (q, i) => i == 0 ? "?" : q.Type.AllowsAmbiguous ? "Ambiguous" : "True"),
                await Run("CRL", (q, i) => "True"),
            ],
            Settings = [new("judge", "scripted"), new("tries", "3")],
        };
    }
}
