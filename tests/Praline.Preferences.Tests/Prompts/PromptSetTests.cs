namespace Praline.Preferences.Tests;

public sealed class PromptSetTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Folder_replaces_what_it_holds()
    {
        _folder.Write("clip.txt", "Look: {{question}}\n");
        var prompts = PromptSet.Load(_folder.Path);
        Assert.Equal("Look: What {{question}}?", prompts.Fill("clip", ("question", "What {{question}}?")));
        Assert.Equal(PromptSet.Default["question"], prompts["question"]);
    }

    [Theory]
    [InlineData("clips.txt", "x", "no prompt of this name")]
    [InlineData("clip.txt", "{{questoin}}", "unknown field {{questoin}}")]
    [InlineData("question.txt", "{{draft}}", "It has no fields")]
    public void Mistakes_are_named(string file, string text, string expected)
    {
        _folder.Write(file, text);
        Assert.Contains(expected, Assert.Throws<PralineException>(() => PromptSet.Load(_folder.Path)).Message);
    }

    [Fact]
    public void Folder_must_be_there() => Assert.Throws<PralineException>(() => PromptSet.Load(_folder["none"]));

    // generate_caption1.py, 'question'.
    [Fact]
    public void Question_is_the_papers() => Assert.Equal(
        "Describe in detail what is happening in the video, including the subject matter, the setting, and possible character activities.",
        PromptSet.Default.Question);

    [Fact]
    public void Every_default_can_be_filled()
    {
        foreach (var name in PromptSet.Names)
        {
            var text = PromptSet.Default.Fill(name,
                ("question", "Q"), ("draft", "D"), ("caption", "C"), ("captions", "CS"), ("clips", "CL"), ("count", "2"), ("fields", "F"), ("problem", "P"));
            Assert.DoesNotContain("{{", text);
        }
    }
}
