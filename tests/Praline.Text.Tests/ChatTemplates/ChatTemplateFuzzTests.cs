using System.Text;
using System.Text.Json;
using Praline.Text.ChatTemplates;
using Praline.Testing;

namespace Praline.Text.Tests.ChatTemplates;

/// <summary>
/// Damages templates at random, the same way every time: each must render or end in a <see
/// cref="ChatTemplateException"/>, soon. <c>PRALINE_FUZZ</c> multiplies their number.
/// </summary>
public class ChatTemplateFuzzTests
{
    [Fact]
    public void DamagedTemplatesNeverCrash()
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(
            Path.Combine(Golden.RepositoryRoot, "tests/Praline.Text.Tests/ChatTemplates/Data/jinja_cases.json")));
        byte[][] seeds =
        [
            .. json.RootElement.GetProperty("cases").EnumerateArray().Select(c => Encoding.UTF8.GetBytes(c.GetProperty("template").GetString()!)),
            Encoding.UTF8.GetBytes(BuiltInTemplates.Vicuna),
        ];
        var variables = json.RootElement.GetProperty("variables").EnumerateObject().ToDictionary(v => v.Name, v => (object?)v.Value);
        var slowest = TimeSpan.Zero;
        for (var round = 0; round < Mutation.Rounds(18_000); round++)
        {
            var random = new Random(round);
            var source = Encoding.UTF8.GetString(Mutation.Apply(seeds[random.Next(seeds.Length)], seeds[random.Next(seeds.Length)], random));
            var start = ThreadTime.Now;
            try
            {
                ChatTemplate.Parse(source).Render(variables);
            }
            catch (ChatTemplateException)
            {
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"round {round}: {e.GetType().Name} for {source}", e);
            }

            var taken = ThreadTime.Now - start;
            slowest = taken > slowest ? taken : slowest;
        }

        Assert.True(slowest < TimeSpan.FromSeconds(10), $"the slowest template took {slowest}");
    }
}
