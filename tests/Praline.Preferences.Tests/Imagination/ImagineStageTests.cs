using Praline.Json;
using System.Text.Json;

namespace Praline.Preferences.Tests;

public sealed class ImagineStageTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public ImagineStageTests()
    {
        foreach (var name in new[] { "a.png", "b.png" })
        {
            _folder.Write($"images/{name}", name);
        }
    }

    private string Questions => _folder["questions.jsonl"];

    private string Output => _folder["imagined.jsonl"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Both_sides_are_asked_for_by_their_criteria()
    {
        Ask(("a.png", "Who owns it?", "Unanswerable Questions"));
        var model = new ScriptedAnswerer(p => p.Text.Contains("makes nothing up", StringComparison.Ordinal) ? "I can't know." : "Anna.");
        var summary = await Run(model);
        Assert.Equal((1, 1, 0), (summary.Items, summary.Rows, summary.Rejected.Count));
        Assert.Equal(new ImaginedRow("a.png: Who owns it?", "a.png", "Who owns it?", "Unanswerable Questions", "I can't know.", "Anna.", 1), Rows().Single());
        Assert.Equal(2, model.Asked.Count);
        Assert.All(model.Asked, p => Assert.Equal(_folder["images", "a.png"], p.ImagePath));
        Assert.Equal(2, model.Asked.Select(p => p.Seed).Distinct().Count());
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("As an AI, no.", "it refuses")]
    [InlineData("You should generate a response.", "it echoes the criteria")]
    [InlineData("Never ending<cut>", "it did not end within the token limit")]
    public async Task Unfit_responses_are_asked_for_again_and_then_listed(string unfit, string reason)
    {
        Ask(("a.png", "Who owns it?", "Unanswerable Questions"), ("b.png", "Who made it?", "Unanswerable Questions"));
        var tries = 0;
        var model = new ScriptedAnswerer(p => !IsPreferred(p) ? "Anna."
            : p.ImagePath.EndsWith("b.png", StringComparison.Ordinal) ? unfit
            : Interlocked.Increment(ref tries) < 3 ? unfit : "I can't know.");
        var summary = await Run(model);
        Assert.Equal(("I can't know.", 3), Rows().Select(r => (r.Preferred, r.Tries)).Single());
        var rejected = summary.Rejected.Single();
        Assert.Equal("b.png: Who made it?", rejected.Item);
        Assert.Equal($"No pair after 3 tries: the preferred response: {reason}.", rejected.Reason);
        // The rejected side was fit at once: it is asked for once for each question, the other three times, each time from another seed.
        Assert.Equal((2, 6), (model.Asked.Count(p => !IsPreferred(p)), model.Asked.Count(IsPreferred)));
        Assert.Equal(8, model.Asked.Select(p => p.Seed).Distinct().Count());
    }

    [Fact]
    public async Task Equal_responses_are_no_pair()
    {
        Ask(("a.png", "Who owns it?", "Unanswerable Questions"), ("b.png", "Who owns it?", "Unanswerable Questions"));
        var summary = await Run(new ScriptedAnswerer(p => IsPreferred(p) ? "It is Anna's." : p.ImagePath.EndsWith("a.png", StringComparison.Ordinal) ? "it is annas" : "It is Bob's."));
        Assert.Equal("No pair after 3 tries: the preferred response: it equals the rejected response.", summary.Rejected.Single().Reason);
        Assert.Equal("b.png", Rows().Single().Image);
    }

    [Fact]
    public async Task A_check_holds_each_side_to_the_criteria()
    {
        Ask(("a.png", "Who owns it?", "Unanswerable Questions"));
        var asked = 0;
        var model = new ScriptedAnswerer(p => IsPreferred(p) ? Interlocked.Increment(ref asked) == 1 ? "Bob." : "I can't know." : "Anna.");
        var summary = await Run(model, check: new ScriptedCheck(response => response.StartsWith("I can't", StringComparison.Ordinal)));
        Assert.Equal(("I can't know.", "Anna.", 2, "scripted check"), Rows().Select(r => (r.Preferred, r.Rejected, r.Tries, r.CheckedBy)).Single());

        Ask(("a.png", "Who owns it?", "Unanswerable Questions"), ("b.png", "Who owns it?", "Unanswerable Questions"));
        summary = await Run(
            new ScriptedAnswerer(p => IsPreferred(p) ? p.ImagePath.EndsWith("a.png", StringComparison.Ordinal) ? "Hard to say." : "I can't know." : "Anna."),
            check: new ScriptedCheck(r => r == "Hard to say." ? null : r == "I can't know."), output: _folder["other.jsonl"]);
        Assert.Contains("the check gave no verdict", summary.Rejected.Single().Reason, StringComparison.Ordinal);
        Assert.Equal("the check's verdict", summary.Missing.Single().What);
    }

    [Fact]
    public async Task Questions_that_occur_twice_stay_apart_and_reruns_add_nothing()
    {
        Ask(("a.png", "Who owns it?", "Unanswerable Questions"), ("a.png", "Who owns it?", "Unanswerable Questions"), ("b.png", "Who owns it?", "Unanswerable Questions"));
        ScriptedAnswerer Model() => new(p => IsPreferred(p) ? $"I can't know {p.Seed}." : "Anna.");
        await Run(Model());
        var first = File.ReadAllText(Output);
        Assert.Equal(["a.png: Who owns it?", "a.png: Who owns it? (2)", "b.png: Who owns it?"], Rows().Select(r => r.Id));
        Assert.Equal(3, Rows().Select(r => r.Preferred).Distinct().Count());
        var again = Model();
        Assert.Equal(3, (await Run(again)).Reused);
        Assert.Empty(again.Asked);
        Assert.Equal(first, File.ReadAllText(Output));
    }

    [Fact]
    public async Task Stopped_in_between_it_goes_on_to_the_same_bytes()
    {
        Ask([.. Enumerable.Range(0, 9).Select(i => ("a.png", $"Who owns number {i}?", "Unanswerable Questions"))]);
        string Answer(ImagePrompt p) => IsPreferred(p) ? $"I can't know {p.Seed}." : "Anna.";
        await Run(new ScriptedAnswerer(Answer), output: _folder["whole.jsonl"]);
        var count = 0;
        await Assert.ThrowsAsync<StopStageException>(() => Run(new ScriptedAnswerer(p =>
            Interlocked.Increment(ref count) > 9 ? throw new StopStageException("the power went") : Answer(p))));
        var summary = await Run(new ScriptedAnswerer(Answer));
        Assert.InRange(summary.Reused, 1, 8);
        Assert.Equal(File.ReadAllText(_folder["whole.jsonl"]), File.ReadAllText(Output));
    }

    [Fact]
    public async Task A_missing_image_is_listed_and_costs_nothing()
    {
        Ask(("c.png", "Who owns it?", "Unanswerable Questions"), ("a.png", "Who owns it?", "Unanswerable Questions"));
        var model = new ScriptedAnswerer(p => IsPreferred(p) ? "I can't know." : "Anna.");
        var summary = await Run(model);
        Assert.StartsWith("There is no image", summary.Rejected.Single().Reason, StringComparison.Ordinal);
        Assert.Equal(("a.png", 2), (Rows().Single().Image, model.Asked.Count));
    }

    [Fact]
    public async Task Unknown_types_are_named_with_their_line()
    {
        Ask(("a.png", "Who?", "Unanswerable Questions"), ("a.png", "Why?", "Rhetorical"));
        var error = await Assert.ThrowsAsync<PralineException>(() => Run(new ScriptedAnswerer(_ => "")));
        Assert.Contains("questions.jsonl, line 2, field \"question_type\": there is no guide to 'Rhetorical'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_papers_three_data_sets_come_out()
    {
        Ask(("a.png", "Who owns it?", "Unanswerable Questions"));
        var files = new ImaginationFiles(_folder.Path);
        await Run(new ScriptedAnswerer(p => IsPreferred(p) ? "I can't know: é \"x\"." : "Anna."));
        Assert.Equal(1, files.WriteDatasets(GuideSet.Default));

        // As MACAROON's data modules read them: json.load, then examples['image'], examples['conversations'][i]['value'].
        JsonElement Load(string path) => JsonDocument.Parse(File.ReadAllText(path)).RootElement;
        var pair = Load(files.Preference)[0];
        Assert.Equal(("a.png", "Who owns it?"), (pair.GetProperty("image").GetString(), Value(pair, 0).GetString()));
        Assert.Equal(("I can't know: é \"x\".", "Anna."), (Value(pair, 1).GetProperty("preferred").GetString(), Value(pair, 1).GetProperty("rejected").GetString()));
        var sides = Load(files.Separate);
        Assert.Equal(["preferred", "rejected"], sides.EnumerateArray().Select(row => Value(row, 1).EnumerateObject().Single().Name));
        var turns = Load(files.Multiturn)[0].GetProperty("conversations").EnumerateArray().Select(t => t.GetProperty("value").GetString()!).ToArray();
        Assert.Equal(["Who owns it?", "Anna.", turns[2], "I can't know: é \"x\"."], turns);
        Assert.Contains("makes nothing up", turns[2], StringComparison.Ordinal);

        static JsonElement Value(JsonElement row, int turn) => row.GetProperty("conversations")[turn].GetProperty("value");
    }

    private static bool IsPreferred(ImagePrompt prompt) => prompt.Text.Contains("makes nothing up", StringComparison.Ordinal);

    private void Ask(params (string Image, string Question, string Type)[] rows) =>
        JsonLines.Write(Questions, rows.Select(r => new QuestionRow(r.Image, r.Question, r.Type)));

    private Task<StageSummary> Run(IImageAnswerer model, ICriteriaCheck? check = null, string? output = null) => new ImagineStage(model) { Check = check }.RunAsync(
        _folder["images"], Questions, output ?? Output, new StageRunOptions());

    private IReadOnlyList<ImaginedRow> Rows() => JsonLines.Read<ImaginedRow>(Output);

    private sealed class ScriptedCheck(Func<string, bool?> follows) : ICriteriaCheck
    {
        public string Name => "scripted check";

        public Task<bool?> FollowsAsync(string imagePath, EngagementGuide guide, string question, string response, CancellationToken cancellation) =>
            Task.FromResult(follows(response));
    }
}
