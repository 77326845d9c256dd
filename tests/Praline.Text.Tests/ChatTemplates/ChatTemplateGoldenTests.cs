using System.Text.Json;
using Praline.Text.ChatTemplates;
using Praline.Testing;

namespace Praline.Text.Tests.ChatTemplates;

/// <summary>
/// Every case of every file in the golden folder's <c>chat_templates</c>, exactly, errors included. They were rendered
/// by transformers 4.46.1's Jinja environment.
/// </summary>
public class ChatTemplateGoldenTests
{
    public static TheoryData<string> Files =>
        Golden.FileNames("chat_templates");

    [Theory]
    [MemberData(nameof(Files))]
    public void EveryCaseIsExact(string file)
    {
        Assert.SkipWhen(Golden.IsNone(file), "this golden folder has no such case");

        using var record = Golden.Record("chat_templates", file);
        using var json = JsonDocument.Parse(File.ReadAllBytes(Golden.PathOf("chat_templates", file)));
        var root = json.RootElement;
        var templates = root.GetProperty("templates").EnumerateObject().ToDictionary(t => t.Name, t => ChatTemplate.Parse(t.Value.GetString()!));
        var problems = new List<string>();
        foreach (var item in root.GetProperty("cases").EnumerateArray())
        {
            var variables = new Dictionary<string, object?>
            {
                ["messages"] = root.GetProperty("conversations")[item.GetProperty("conversation").GetInt32()],
                ["add_generation_prompt"] = item.GetProperty("add_generation_prompt").GetBoolean(),
            };
            foreach (var variable in item.GetProperty("variables").EnumerateObject())
            {
                variables[variable.Name] = variable.Value;
            }

            var name = item.GetProperty("template").GetString()!;
            var expected = item.TryGetProperty("rendered", out var rendered)
                ? rendered.GetString()!
                : $"{item.GetProperty("error").GetString()}: {item.GetProperty("message").GetString()}";
            var now = item.TryGetProperty("now", out var time) ? time.GetDateTime() : (DateTime?)null;
            var actual = Render(templates[name], variables, now);
            record.Exact();
            if (expected != actual)
            {
                problems.Add($"{name} on {item}: expected {JsonSerializer.Serialize(expected)}, got {JsonSerializer.Serialize(actual)}");
            }
        }

        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    private static string Render(ChatTemplate template, Dictionary<string, object?> variables, DateTime? now)
    {
        try
        {
            return template.Render(variables, now);
        }
        catch (ChatTemplateException e)
        {
            return $"{e.Kind}: {e.Message}";
        }
    }
}
