namespace Praline.Preferences.Tests;

public sealed class GuideSetTests : IDisposable
{
    private const string Guide = """
        name: Outdated Knowledge
        tier: invalid

        [description]
        The answer changed
        since the model was trained.

        [preferred]
        The response says that its knowledge may be out of date.

        [rejected]
        The response answers from memory.

        [examples]
        Who is the mayor here? (Mayors change.)
        """;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_papers_six_types_ship_in_its_three_tiers()
    {
        // Section 3 of arXiv 2406.14137: invalid, ambiguous and personalizable questions.
        Assert.Equal(
            [
                ("False Premise", "invalid"), ("Unanswerable Questions", "invalid"), ("Subject Ambiguity", "ambiguous"),
                ("Subjective Interpretations", "ambiguous"), ("Unclear User Background", "ambiguous"), ("Hidden Human Preferences", "personalizable"),
            ],
            GuideSet.Default.Guides.Select(g => (g.Name, g.Tier)));
        Assert.All(GuideSet.Default.Guides, g => Assert.True(g.Examples.Count >= 3 && g.Preferred != g.Rejected));
        var prompt = GuideSet.Default.Respond(GuideSet.Default.Find("subject-ambiguity")!, ImaginedSide.Rejected, "What color is {{question}}?");
        Assert.StartsWith("You should generate a response that follows", prompt, StringComparison.Ordinal);
        Assert.EndsWith("What color is {{question}}?", prompt, StringComparison.Ordinal);
        Assert.Contains("picks one of the things", prompt, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("false premise")]
    [InlineData("False-Premises")]
    [InlineData("FALSE_PREMISE question")]
    public void Types_are_found_however_they_are_spelt(string name) => Assert.Equal("False Premise", GuideSet.Default.Find(name)?.Name);

    [Fact]
    public void A_folder_adds_types_and_replaces_texts()
    {
        _folder.Write("outdated.txt", Guide);
        _folder.Write("false-premise.txt", Guide.Replace("Outdated Knowledge", "False Premise", StringComparison.Ordinal));
        _folder.Write("respond.txt", "{{criteria}} | {{question}}\n");
        var set = GuideSet.Load(_folder.Path);
        Assert.Equal(7, set.Guides.Count);
        var added = set.Find("outdated knowledge")!;
        Assert.Equal("The answer changed since the model was trained.", added.Description);
        Assert.Equal(["Who is the mayor here?"], added.Examples);
        Assert.Equal("The response answers from memory. | Who?", set.Respond(set.Guides[0], ImaginedSide.Rejected, "Who?"));
        Assert.Equal(GuideSet.Default.Guides[1], set.Guides[1] with { Examples = GuideSet.Default.Guides[1].Examples });
    }

    [Theory]
    [InlineData("x.txt", "[tier]\nx", "x.txt, line 1: found '[tier]'")]
    [InlineData("x.txt", "name: X\nname: Y", "x.txt, line 2: found 'name: Y'")]
    [InlineData("x.txt", "name: X\ntier: y\n[description]\nz\n[preferred]\n\n[rejected]\nr", "the section [preferred] is missing or empty")]
    [InlineData("x.txt", "tier: y", "'name:' is missing or empty")]
    [InlineData("respond.txt", "{{criterion}}", "unknown field {{criterion}}")]
    public void Mistakes_are_named(string file, string text, string message)
    {
        _folder.Write(file, text);
        Assert.Contains(message, Assert.Throws<PralineException>(() => GuideSet.Load(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_guides_can_t_have_one_name()
    {
        _folder.Write("mine.txt", Guide.Replace("Outdated Knowledge", "Subject Ambiguities", StringComparison.Ordinal).Replace("Ambiguities", "ambiguity", StringComparison.Ordinal));
        Assert.Contains("subject-ambiguity.txt", Assert.Throws<PralineException>(() => GuideSet.Load(_folder.Path)).Message, StringComparison.Ordinal);
    }
}
