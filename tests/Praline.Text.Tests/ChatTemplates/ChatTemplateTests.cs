using System.Text.Json;
using Praline.Text.ChatTemplates;
using Praline.Testing;

namespace Praline.Text.Tests.ChatTemplates;

public class ChatTemplateTests
{
    private static readonly ChatMessage[] Conversation =
    [
        new("user", [ChatPart.Image, ChatPart.OfText("What is it?")]),
        new("assistant", "A cat."),
        new("user", "Sure?"),
    ];

    [Fact]
    public void VicunaIsAsSynPoPrompts()
    {
        // The golden prompts are the papers' own; their input is the markers, a newline, the question and a newline.
        var template = BuiltInTemplates.Get("vicuna");
        foreach (var file in Directory.Exists(Golden.PathOf("auroracap")) ? Directory.GetFiles(Golden.PathOf("auroracap"), "prompts_*.json") : [])
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var item in json.RootElement.GetProperty("prompts").EnumerateArray())
            {
                var images = string.Join(' ', Enumerable.Repeat("<image>", item.GetProperty("frames").GetInt32()));
                var input = $"{images}\n{item.GetProperty("question").GetString()}\n";
                Assert.Equal(item.GetProperty("prompt").GetString(), template.Render([new ChatMessage("user", input)]));
            }
        }
    }

    [Fact]
    public void VicunaGoesOnAfterAnAnswer() => Assert.Equal(
        "USER: <image>\nWhat is it? ASSISTANT: A cat.</s>USER: Sure? ASSISTANT:",
        BuiltInTemplates.Get("vicuna").Render(Conversation, true, [KeyValuePair.Create("eos_token", (object?)"</s>")]));

    [Fact]
    public void MistralIsAsMacaroonPrompts() => Assert.Equal(
        "[INST] <image>\nWhat is it? [/INST] A cat.</s>[INST] Sure? [/INST]",
        BuiltInTemplates.Get("mistral-instruct").Render(Conversation, false, [KeyValuePair.Create("eos_token", (object?)"</s>")]));

    [Fact]
    public void UnknownBuiltInNamesTheKnown() =>
        Assert.Contains("vicuna", Assert.Throws<PralineException>(() => BuiltInTemplates.Get("alpaca")).Message);

    [Fact]
    public void DotNetValuesAreTaken()
    {
        var template = ChatTemplate.Parse("{{ a }} {{ b }} {{ c[1] }} {{ d.e }} {{ f }} {{ g is none }}");
        var text = template.Render(new Dictionary<string, object?>
        {
            ["a"] = 3,
            ["b"] = 2.5f,
            ["c"] = new[] { 1, 2 },
            ["d"] = new Dictionary<string, object?> { ["e"] = "x" },
            ["f"] = true,
            ["g"] = null,
        });
        Assert.Equal("3 2.5 2 x True True", text);
    }

    [Theory]
    [InlineData("chat_template.jinja", "J{{ messages[0].content }}")]
    [InlineData("chat_template.json", """{"chat_template": "J{{ messages[0].content }}"}""")]
    [InlineData("tokenizer_config.json", """{"chat_template": "J{{ messages[0].content }}"}""")]
    [InlineData("tokenizer_config.json", """{"chat_template": [{"name": "rag", "template": "x"}, {"name": "default", "template": "J{{ messages[0].content }}"}]}""")]
    public void TemplateIsFoundInTheCheckpoint(string file, string content)
    {
        var folder = Directory.CreateTempSubdirectory("praline-chat-");
        Assert.Null(ChatTemplate.Load(folder.FullName));
        File.WriteAllText(Path.Combine(folder.FullName, file), content);
        Assert.Equal("Jhi", ChatTemplate.Load(folder.FullName)!.Render([new ChatMessage("user", "hi")]));
        folder.Delete(recursive: true);
    }

    [Fact]
    public void MissingNameListsTheNames()
    {
        var folder = Directory.CreateTempSubdirectory("praline-chat-");
        File.WriteAllText(Path.Combine(folder.FullName, "tokenizer_config.json"), """{"chat_template": [{"name": "rag", "template": "x"}]}""");
        Assert.Contains("rag", Assert.Throws<PralineException>(() => ChatTemplate.Load(folder.FullName)).Message);
        folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("a\nb {{ x", 2)]
    [InlineData("a\n\n{% if x %}", 3)]
    [InlineData("{% nonsense %}", 1)]
    [InlineData("\n{{ 'abc }}", 2)]
    [InlineData("{% break %}", 1)]
    [InlineData("{% include 'x' %}", 1)]
    [InlineData("{{ a b }}", 1)]
    [InlineData("{{ (a] }}", 1)]
    [InlineData("{# open", 1)]
    [InlineData("{% raw %}", 1)]
    [InlineData("\n\n{{ 'a' is string is string }}", 3)]
    public void SyntaxErrorsNameTheLine(string source, int line)
    {
        var error = Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse(source));
        Assert.Equal("TemplateSyntaxError", error.Kind);
        Assert.Contains($"line {line}:", error.Message);
    }
}
