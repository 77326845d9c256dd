using Praline.Json;
namespace Praline.Preferences.Tests;

public sealed class WriteQuestionsStageTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("What is the dog called?", "What is the dog called?")]
    [InlineData("Question: What is the dog called?\nAnswer: Rex.", "What is the dog called?")]
    [InlineData("1. \"What is the dog called?\"\n2. Why?", "What is the dog called?")]
    [InlineData("- **Is it late?** I wonder.", "Is it late?")]
    [InlineData("The dog is called Rex.", null)]
    [InlineData("Really?", null)]
    [InlineData("", null)]
    public void The_question_is_found_in_what_a_model_writes(string text, string? expected) => Assert.Equal(expected, WriteQuestionsStage.QuestionIn(text));

    [Fact]
    public async Task Images_get_a_question_of_each_type_and_given_questions_stay()
    {
        _folder.Write("images/a.png", "a");
        _folder.Write("images/b.png", "b");
        QuestionRow[] rows = [new("a.png", null, null), new("b.png", "Who is that?", "Unanswerable Questions"), new("c.png", null, null)];
        var model = new ScriptedAnswerer(p => GuideSet.Default.Guides.Index().First(g => p.Text.Contains(g.Item.Description, StringComparison.Ordinal)) switch
        {
            (3, _) => "It is pretty.",
            (5, var guide) => guide.Examples[0],
            (var i, _) => $"Is this question number {i}?",
        });
        var summary = await new WriteQuestionsStage(model).RunAsync(_folder["images"], rows, _folder["questions.jsonl"], new StageRunOptions());
        var written = JsonLines.Read<QuestionRow>(_folder["questions.jsonl"]);
        Assert.Equal(
            ["False Premise", "Unanswerable Questions", "Subject Ambiguity", "Unclear User Background", "Unanswerable Questions"], written.Select(r => r.Type));
        Assert.Equal(new QuestionRow("b.png", "Who is that?", "Unanswerable Questions"), written[^1]);
        Assert.Equal("There is no image " + _folder["images", "c.png"] + ".", summary.Rejected.Single().Reason);
        Assert.Equal("questions of the types Subjective Interpretations, Hidden Human Preferences after 3 tries", summary.Missing.Single().What);
        Assert.Equal(4 + (2 * 3), model.Asked.Count);
    }
}
