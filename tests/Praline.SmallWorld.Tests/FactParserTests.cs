namespace Praline.SmallWorld.Tests;

/// <summary>Texts as small models write them, and what they say.</summary>
public class FactParserTests
{
    [Theory]
    [InlineData("red circle at the top", "red circle exists|red circle place top")]
    [InlineData("a a small red red circle circle is is in top left left corner corner.", "red circle exists|red circle size small|red circle place top left")]
    [InlineData("The large circle is blue", "")] // no such object was named
    [InlineData("A BLUE Square Moves Right!", "blue square exists|blue square motion right")]
    [InlineData("a red circle and the", "red circle exists")]
    [InlineData("A red circle moves to the left and then moves up.", "red circle exists|red circle motion left|red circle motion up")]
    [InlineData("A red circle is small. The circle is large in the center.", "red circle exists|red circle place middle")]
    [InlineData("A small red circle. A large red circle.", "red circle exists|red circle size small|red circle size large")]
    [InlineData("A black circle on a red background.", "black circle exists|background red")]
    [InlineData("The background is blue.", "background blue")]
    [InlineData("The red circle and the blue ring stay still.", "red circle exists|blue ring exists|red circle motion still|blue ring motion still")]
    [InlineData("There is a red circle and a blue ring at the top.", "red circle exists|blue ring exists|blue ring place top")]
    [InlineData("At the bottom, a pink cross sits.", "pink cross exists|pink cross place bottom")]
    [InlineData("A pink cross turns from pink to green. The green cross leaves.", "pink cross exists|pink cross changes color green|pink cross leaves|pink cross changes color green before pink cross leaves")]
    [InlineData("A pink cross turns green. A green cross leaves.", "pink cross exists|pink cross changes color green|green cross exists|green cross leaves|pink cross changes color green before green cross leaves")]
    [InlineData("A red circle stops after a blue ring appears.", "red circle exists|blue ring exists|red circle stops|blue ring appears|blue ring appears before red circle stops")]
    [InlineData("Before a red circle stops, a blue ring appears.", "red circle exists|blue ring exists|red circle stops|blue ring appears|blue ring appears before red circle stops")]
    [InlineData("A red circle stops while a blue ring leaves.", "red circle exists|blue ring exists|red circle stops|blue ring leaves")]
    [InlineData("A red circle starts to drift upward.", "red circle exists|red circle starts|red circle motion up")]
    [InlineData("It moves left.", "")]
    [InlineData("", "")]
    public void States(string caption, string expected)
    {
        var facts = FactParser.Parse(caption).Facts.Select(f => f.ToString()).Order(StringComparer.Ordinal);
        Assert.Equal(expected.Split('|', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal), facts);
    }

    [Fact]
    public void Unknown_words_are_listed_and_do_no_harm()
    {
        var parsed = FactParser.Parse("A friendly red circle juggles three oranges at the top, whistling.");
        Assert.Equal(["friendly", "juggles three oranges", "whistling"], parsed.Unparsed);
        Assert.Equal(["red circle exists", "red circle place top"], parsed.Facts.Select(f => f.ToString()));
    }

    [Fact]
    public void Any_garbage_is_read_to_its_end()
    {
        string[] words =
        [
            "a", "the", "red", "blue", "circle", "square", "and", ",", ".", "turns", "to", "from", "starts", "after", "before", "while",
            "in", "at", "top", "left", "stops", "moves", "it", "background", "small", "xyz", "not", "move", "there", "is", "both",
        ];
        for (ulong seed = 0; seed < 3000; seed++)
        {
            var random = new WorldRandom(seed);
            var caption = string.Join(' ', Enumerable.Range(0, random.Between(1, 40)).Select(_ => random.Pick(words)));
            var parsed = FactParser.Parse(caption);
            Assert.Equal(parsed.Facts.Count, parsed.Facts.Distinct().Count());
        }
    }
}
