namespace Praline.Preferences.Tests;

public sealed class MacaroonFormatsTests : IDisposable
{
    private const string VlFeedbackList = """
        {"id":"1","prompt":"What is it?","img_path":"a.jpg","models":["x","y","z"],"completions":[
        {"annotations":{"Helpfulness":{"Rating":"3","Rationale":"r"},"Visual Faithfulness":{"Rating":"5","Rationale":"r"},"Ethical Considerations":{"Rating":"5","Rationale":"r"}},"model":"x","response":"A bus."},
        {"annotations":{"Helpfulness":{"Rating":"1","Rationale":"r"},"Visual Faithfulness":{"Rating":"N/A","Rationale":"r"},"Ethical Considerations":{"Rating":"5","Rationale":"r"}},"model":"y","response":"A tram."},
        {"annotations":{"Helpfulness":{"Rating":"N/A","Rationale":"r"}},"model":"z","response":"?"}]}
        """;

    private const string VlFeedbackLists = """
        {"prompt":"What is it?","img_path":"a.jpg","completions":{"annotations":[{"Helpfulness":{"Rating":"2"}},{"Helpfulness":{"Rating":"4"}}],"model":["x","y"],"response":["A tram.","A bus."]}}
        """;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void VLFeedback_gives_the_best_and_the_worst_by_mean_rating()
    {
        // (3 + 5 + 5) / 3 against (1 + 5) / 2; the third has no rating.
        var sample = PreferenceFormats.Read(Write("v.jsonl", VlFeedbackList.ReplaceLineEndings(""))).Single();
        Assert.Equal(("A bus.", "A tram.", 13 / 3.0, 3.0), (sample.Chosen, sample.Rejected, sample.ChosenScore!.Value, sample.RejectedScore!.Value));
        Assert.Equal(("What is it?", "a.jpg"), (sample.Prompt.Single().Text, sample.Images.Single()));
        var lists = PreferenceFormats.Read(Write("w.jsonl", VlFeedbackLists)).Single();
        Assert.Equal(("A bus.", "A tram.", 4.0, 2.0), (lists.Chosen, lists.Rejected, lists.ChosenScore!.Value, lists.RejectedScore!.Value));
    }

    [Fact]
    public void Ties_and_unrated_rows_are_refused_by_name()
    {
        var tie = VlFeedbackLists.Replace("\"4\"", "\"2\"", StringComparison.Ordinal);
        Assert.Contains("t.jsonl, line 1, field \"completions\": all completions have the same mean rating (2)",
            Assert.Throws<PralineException>(() => PreferenceFormats.Read(Write("t.jsonl", tie)).ToList()).Message, StringComparison.Ordinal);
        var unrated = VlFeedbackLists.Replace("\"4\"", "\"N/A\"", StringComparison.Ordinal);
        Assert.Contains("found 1", Assert.Throws<PralineException>(() => PreferenceFormats.Read(Write("u.jsonl", unrated)).ToList()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vlfeedback")]
    [InlineData("trl")]
    [InlineData("trl-conversational")]
    [InlineData("llama-factory")]
    [InlineData("ms-swift")]
    [InlineData("macaroon")]
    public void MACAROONs_rows_go_to_every_format_and_back(string format)
    {
        MacaroonData.Write(_folder["m.json"],
        [
            MacaroonData.Pair("1", "a.jpg", "Who owns it?", "I can't know.", "Anna."), MacaroonData.Pair("2", "b.jpg", "Why \"so\"?\nSay.", "Because — 🙂", "No."),
        ]);
        var samples = PreferenceFormats.Read(_folder["m.json"]).ToList();
        PreferenceFormats.Write(_folder["other"], PreferenceFormats.Parse(format), samples);
        PreferenceFormats.Write(_folder["back.json"], PreferenceFormat.Macaroon, PreferenceFormats.Read(_folder["other"]));
        var back = PreferenceFormats.Read(_folder["back.json"]).ToList();
        Assert.Equal(
            samples.Select(s => (s.Prompt.Single().Text, s.Chosen, s.Rejected, s.Images.Single())),
            back.Select(s => (s.Prompt.Single().Text, s.Chosen, s.Rejected, s.Images.Single())));
        Assert.Equal(samples.Count, File.ReadLines(_folder["other"]).Count(l => l.StartsWith('{')));
    }

    private string Write(string name, string text) => _folder.Write(name, text.TrimEnd() + "\n");
}
