using Praline.Preferences;

namespace Praline.Evaluation.Tests;

public sealed class PieStageTests : IDisposable
{
    private readonly PieFolder _pie = new();

    public void Dispose() => _pie.Dispose();

    [Fact]
    public async Task Missing_images_are_listed_and_all_other_questions_answered_once()
    {
        var model = new ScriptedModel((q, i) => $"answer {i}");
        var summary = await _pie.Answer(model);
        Assert.Equal((7, 6, 6), (summary.Items, summary.Rows, model.Asked));
        var missing = Assert.Single(summary.Rejected);
        Assert.Contains("question 5 (gone: Is it bigger than mine?)", missing.Item);
        Assert.Contains("no image gone", missing.Reason);

        // The question that occurs twice has two answers of its own.
        var answers = PieAnswer.ReadFile(_pie.PathOf("answers.jsonl"), PieQuestion.ReadFile(_pie.Questions));
        Assert.Equal([0, 1, 2, 3, 5, 6], answers.Keys);
        Assert.Equal(("answer 2", "answer 5"), (answers[2].Answer, answers[5].Answer));
        Assert.EndsWith("b.png", answers[6].ImagePath);
        Assert.EndsWith("17", answers[3].ImagePath);
    }

    [Fact]
    public async Task Reruns_never_duplicate_rows_and_ask_nothing_again()
    {
        await _pie.Answer(new ScriptedModel((q, i) => $"answer {i}"));
        var bytes = File.ReadAllBytes(_pie.PathOf("answers.jsonl"));
        var again = new ScriptedModel((q, i) => "another");
        var summary = await _pie.Answer(again);
        Assert.Equal(0, again.Asked);
        Assert.Equal(6, summary.Rows);
        Assert.Equal(bytes, File.ReadAllBytes(_pie.PathOf("answers.jsonl")));
    }

    [Fact]
    public async Task An_interrupted_run_goes_on_to_the_same_bytes()
    {
        await _pie.Answer(new ScriptedModel((q, i) => $"answer {i}"), "whole.jsonl");
        await Assert.ThrowsAsync<StopStageException>(() => _pie.Answer(
            new ScriptedModel((q, i) => i == 3 ? throw new StopStageException("the key expired") : $"answer {i}")));
        var rest = new ScriptedModel((q, i) => $"answer {i}");
        var summary = await _pie.Answer(rest);
        Assert.Equal(3, rest.Asked);
        Assert.Equal(6, summary.Rows);
        Assert.Equal(File.ReadAllBytes(_pie.PathOf("whole.jsonl")), File.ReadAllBytes(_pie.PathOf("answers.jsonl")));
    }

    [Fact]
    public async Task The_judge_gets_the_types_prompt_and_its_verdict_is_kept()
    {
        await _pie.Answer(new ScriptedModel((q, i) => "It {{question}} depends."));
        var judge = new ScriptedJudge(c => new(c.Question.Type.AllowsAmbiguous ? "Explanation: cases.\nFlag: Ambiguous" : "**True**"));
        await _pie.Judge(judge);
        Assert.Equal(6, judge.Cases.Count);
        foreach (var c in judge.Cases)
        {
            var prompt = Assert.Single(c.Turns);
            Assert.Contains(c.Question.Question, prompt);
            Assert.Contains("It {{question}} depends.", prompt);
            Assert.Equal(c.Question.Type.AllowsAmbiguous, prompt.Contains("Ambiguous"));
            Assert.DoesNotContain("{{instructions}}", prompt);
        }

        var run = PieRun.ReadFile("base", _pie.PathOf("judged.jsonl"));
        Assert.Equal("True True Ambiguous Ambiguous Ambiguous True", string.Join(' ', run.Judgements.Select(j => j.Verdict.FlagOrNull)));
        Assert.All(run.Judgements, j => Assert.Equal(1, j.Tries));
    }

    [Fact]
    public async Task An_answer_that_can_not_be_read_is_asked_again_and_then_unscored()
    {
        await _pie.Answer(new ScriptedModel((q, i) => "yes"));
        var judge = new ScriptedJudge(c => c.Question.Type.Name switch
        {
            "False Premise" => new("hm"),
            "Unanswerable Questions" => new(c.Turns.Count > 1 ? "Flag: False" : "It doesn't say.", CutOff: c.Turns.Count == 1),
            _ => new("Flag: True"),
        });
        var summary = await _pie.Judge(judge);
        Assert.Empty(summary.Missing);
        var judgements = PieRun.ReadFile("base", _pie.PathOf("judged.jsonl")).Judgements;
        Assert.Equal(3, judgements[0].Tries);
        Assert.Contains("no flag", Assert.IsType<PieVerdict.Unscored>(judgements[0].Verdict).Reason);
        Assert.Equal((2, PieFlag.False), (judgements[1].Tries, judgements[1].Verdict.FlagOrNull));
        Assert.Equal(3 + 2 + 4, judge.Cases.Count);

        // The reminder says what was wrong, after the judge's own words.
        var second = judge.Cases.First(c => c.Question.Type.Name == "Unanswerable Questions" && c.Turns.Count > 1);
        Assert.Equal("It doesn't say.", second.Turns[1]);
        Assert.Contains("cut off", second.Turns[2]);
    }

    [Fact]
    public async Task A_judge_that_is_not_reached_leaves_answers_unscored_and_can_be_asked_later()
    {
        await _pie.Answer(new ScriptedModel((q, i) => "yes"));
        var summary = await _pie.Judge(new ScriptedJudge(c => c.Question.ImageId == "a" ? new("", Failure: "503") : new("True")));
        Assert.Equal(3, summary.Missing.Count);
        var later = new ScriptedJudge(c => new("False"));
        await _pie.Judge(later, run: new() { RetryFailed = true });
        Assert.Equal(3, later.Cases.Count);
        Assert.Equal(
            "False True False True False True",
            string.Join(' ', PieRun.ReadFile("base", _pie.PathOf("judged.jsonl")).Judgements.Select(j => j.Verdict.FlagOrNull)));
    }

    [Fact]
    public void Answers_of_the_published_script_are_matched_by_image_and_question()
    {
        File.WriteAllText(_pie.PathOf("theirs.jsonl"), """
            {"answer": "1st", "img_path": "../datasets/eval/images/a.jpg", "question": "What colour is the car?"}
            {"answer": "2nd", "img_path": "../datasets/eval/images/a.jpg", "question": "What colour is the car?"}
            {"answer": "wet", "img_path": "../datasets/eval/images/a.jpg", "question": "Why is the dog wet?"}
            """);
        var questions = PieQuestion.ReadFile(_pie.Questions);
        var answers = PieAnswer.ReadFile(_pie.PathOf("theirs.jsonl"), questions);
        Assert.Equal(["0 wet", "2 1st", "5 2nd"], answers.Select(a => $"{a.Key} {a.Value.Answer}"));

        File.AppendAllText(_pie.PathOf("theirs.jsonl"), "\n{\"answer\": \"3rd\", \"img_path\": \"a.jpg\", \"question\": \"What colour is the car?\"}\n");
        var error = Assert.Throws<PralineException>(() => PieAnswer.ReadFile(_pie.PathOf("theirs.jsonl"), questions));
        Assert.Contains("theirs.jsonl, line 4", error.Message);
    }

    [Fact]
    public void A_bad_pie_file_is_named_with_its_line()
    {
        File.WriteAllText(_pie.Questions, "{\"Image ID\": \"a\", \"Question\": \"x\", \"Question Type\": \"Rhetorical\"}\n");
        var error = Assert.Throws<PralineException>(() => PieQuestion.ReadFile(_pie.Questions));
        Assert.Contains("line 1", error.Message);
        Assert.Contains("Subject Ambiguity", error.Message);
        File.WriteAllText(_pie.Questions, "\n");
        Assert.Contains("no question", Assert.Throws<PralineException>(() => PieQuestion.ReadFile(_pie.Questions)).Message);
    }

    [Theory]
    [InlineData("False Premise", "False Premise")]
    [InlineData("false_premise", "False Premise")]
    [InlineData("Unanswerable", "Unanswerable Questions")]
    [InlineData("subjective-interpretation", "Subjective Interpretations")]
    [InlineData("hidden human preference", "Hidden Human Preferences")]
    [InlineData("subject", null)]
    public void Types_are_found_by_any_spelling(string name, string? expected) => Assert.Equal(expected, PieType.Find(name)?.Name);

    [Fact]
    public void Image_ids_never_lead_out_of_the_folder()
    {
        File.WriteAllText(_pie.PathOf("secret.png"), "x");
        Assert.Null(_pie.Images.Find("../secret.png"));
        Assert.Null(_pie.Images.Find(_pie.PathOf("secret.png")));
        Assert.NotNull(_pie.Images.Find("a"));
    }

    [Fact]
    public void A_folder_of_prompts_replaces_those_it_holds()
    {
        var folder = Directory.CreateDirectory(_pie.PathOf("prompts")).FullName;
        File.WriteAllText(Path.Combine(folder, "false-premise.txt"), "Does it object?\n");
        var question = PieQuestion.ReadFile(_pie.Questions)[0];
        Assert.StartsWith("Does it object?\n", PiePrompts.Load(folder).Case(question, "no"));
        File.WriteAllText(Path.Combine(folder, "flase-premise.txt"), "x");
        Assert.Contains("false-premise.txt", Assert.Throws<PralineException>(() => PiePrompts.Load(folder)).Message);
    }

    [Fact]
    public void Every_type_has_a_prompt_of_its_own()
    {
        var prompts = PieType.All.Select(t => PiePrompts.Default.Case(new("a", "q", t), "r")).ToArray();
        Assert.Equal(6, prompts.Distinct().Count());
        Assert.All(prompts, p => Assert.True(p.Length > 400));
    }
}
