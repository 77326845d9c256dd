using System.Text.Json;
using Praline.Text.ChatTemplates;
using Praline.Testing;

namespace Praline.Text.Tests.ChatTemplates;

/// <summary>
/// Some 400 expressions and templates against what Jinja itself made of them (<c>Data/make_jinja_cases.py</c>): text
/// exactly, errors by kind, and by message where the message is Jinja's own rather than Python's.
/// </summary>
public class JinjaCasesTests
{
    private static readonly string[] MessagesThatMatter = ["TemplateError", "UndefinedError", "SecurityError", "TemplateRuntimeError"];

    [Fact]
    public void EveryCaseIsAsInJinja()
    {
        var file = Path.Combine(Golden.RepositoryRoot, "tests/Praline.Text.Tests/ChatTemplates/Data/jinja_cases.json");
        using var json = JsonDocument.Parse(File.ReadAllBytes(file));
        var root = json.RootElement;
        var now = root.GetProperty("now").GetDateTime();
        var variables = root.GetProperty("variables").EnumerateObject().ToDictionary(v => v.Name, v => (object?)v.Value);
        var problems = new List<string>();
        var count = 0;
        foreach (var item in root.GetProperty("cases").EnumerateArray())
        {
            count++;
            var source = item.GetProperty("template").GetString()!;
            var isText = item.TryGetProperty("rendered", out var rendered);
            var kind = isText ? "" : item.GetProperty("error").GetString()!;
            var expected = isText ? rendered.GetString()! : kind + Message(item, kind);
            string actual;
            try
            {
                actual = ChatTemplate.Parse(source).Render(variables, now);
            }
            catch (ChatTemplateException e)
            {
                actual = e.Kind + (MessagesThatMatter.Contains(e.Kind) ? ": " + e.Message : "");
            }

            if (expected != actual)
            {
                problems.Add($"{source}\n   expected {JsonSerializer.Serialize(expected)}\n   got      {JsonSerializer.Serialize(actual)}");
            }
        }

        Assert.True(count > 300, "the cases are missing");
        Assert.True(problems.Count == 0, $"{problems.Count} of {count} differ:\n{string.Join('\n', problems)}");
    }

    private static string Message(JsonElement item, string kind) =>
        MessagesThatMatter.Contains(kind) ? ": " + item.GetProperty("message").GetString() : "";
}
