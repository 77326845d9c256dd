using System.Text.Json;
using Praline.Preferences;

namespace Praline.Evaluation.Tests;

public sealed class PieEvaluationTests : IDisposable
{
    private readonly PieFolder _pie = new();

    public void Dispose() => _pie.Dispose();

    [Fact]
    public async Task Runs_go_from_answers_to_one_report_with_general_ability_beside()
    {
        File.WriteAllText(_pie.PathOf("general.jsonl"), """
            {"image": "a.jpg", "question": "Is it wet?", "answer": "yes"}
            {"image": "b.png", "question": "Is it dry?", "answer": "no"}
            {"image": "17", "text": "Is it old?", "label": "no"}
            {"image": "gone.png", "question": "Is it new?", "answer": "no"}
            """);
        var evaluation = new PieEvaluation
        {
            QuestionsPath = _pie.Questions,
            Images = _pie.Images,
            Judge = new ScriptedJudge(c => new(c.Answer.Contains("mean", StringComparison.Ordinal) ? "Flag: True" : "Flag: False")),
            GeneralPath = _pie.PathOf("general.jsonl"),
        };
        var asked = new List<string>();
        await Run("base", "", _ => "Yes.");
        await Run("CRL", "good ", q => q.EndsWith("wet?", StringComparison.Ordinal) ? "Yes." : q.StartsWith("good Is it", StringComparison.Ordinal) ? "No." : "Which do you mean?");
        Assert.Equal(2 * (6 + 3), asked.Count);
        Assert.Equal(9, asked.Count(q => q.StartsWith("good ", StringComparison.Ordinal)));

        var study = evaluation.Study([("base", _pie.PathOf("base")), ("CRL", _pie.PathOf("CRL"))]);
        var numbers = PieReport.Write(study, _pie.PathOf("report"));
        Assert.Equal([("base", 0), ("CRL", 4)], numbers.Runs.Select(r => (r.Run, r.All.True)));
        Assert.Equal([("base", 3, 1 / 3.0), ("CRL", 3, 1.0)], numbers.General.Select(g => (g.Run, g.Answers, g.Mean.Value)));
        Assert.Equal(2 / 3.0, numbers.General[1].FromFirst!.Value.Difference.Value, 12);
        Assert.Single(numbers.MissingImages);
        Assert.Contains("General ability", File.ReadAllText(_pie.PathOf("report/report.html")), StringComparison.Ordinal);
        using var json = JsonDocument.Parse(File.ReadAllText(_pie.PathOf("report/report.json")));
        Assert.Equal("general.jsonl", json.RootElement.GetProperty("general")[0].GetProperty("set").GetString());

        async Task Run(string label, string prefix, Func<string, string> answer)
        {
            var model = new PieModel(new Answerer(p =>
            {
                asked.Add(p.Text);
                return answer(p.Text);
            }), prefix, CaptionSettings.Greedy);
            var summaries = await evaluation.RunAsync(_pie.PathOf(label), model);
            Assert.Equal([1, 0, 1], summaries.Select(s => s.Rejected.Count)); // one PIE image and one general image are missing
            var before = Directory.GetFiles(_pie.PathOf(label)).ToDictionary(f => f, File.ReadAllText);
            Assert.All(await evaluation.RunAsync(_pie.PathOf(label), model), s => Assert.Equal(s.Items, s.Reused));
            Assert.Equal(before, Directory.GetFiles(_pie.PathOf(label)).ToDictionary(f => f, File.ReadAllText));
        }
    }

    [Fact]
    public async Task Answers_made_elsewhere_are_judged()
    {
        File.WriteAllText(_pie.PathOf("theirs.jsonl"), """
            {"answer": "Which do you mean?", "img_path": "../datasets/eval/images/a.jpg", "question": "What colour is the car?"}
            """);
        var evaluation = new PieEvaluation { QuestionsPath = _pie.Questions, Images = _pie.Images, Judge = new ScriptedJudge(_ => new("Flag: True")) };
        await evaluation.RunAsync(_pie.PathOf("theirs"), null, _pie.PathOf("theirs.jsonl"));
        var numbers = PieNumbers.Of(evaluation.Study([("theirs", _pie.PathOf("theirs"))]));
        Assert.Equal((1, 1), (numbers.Runs[0].Answers, numbers.Runs[0].All.True));
        Assert.Empty(numbers.General);
    }

    private sealed class Answerer(Func<ImagePrompt, string> answer) : IImageAnswerer
    {
        public string Fingerprint => "scripted";

        public Task<Caption> AnswerAsync(ImagePrompt prompt, CaptionSettings settings, CancellationToken cancellation) =>
            Task.FromResult(new Caption(answer(prompt), false));
    }
}
