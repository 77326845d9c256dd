namespace Praline.SmallWorld.Tests;

/// <summary>Whatever story is told, the parser reads exactly its facts from the caption: for thousands of stories of all styles.</summary>
public class CaptionRoundTripTests
{
    [Theory]
    [InlineData(CaptionStyle.Careful)]
    [InlineData(CaptionStyle.Terse)]
    [InlineData(CaptionStyle.Careless)]
    public void The_parser_reads_back_what_the_writer_states(CaptionStyle style)
    {
        for (ulong seed = 0; seed < 400; seed++)
        {
            var scene = SceneGenerator.Create(seed);
            var random = WorldRandom.Derive(seed, $"roundtrip/{style}");
            (int Start, int End)[] ranges = [(0, scene.FrameCount - 1), .. scene.Clips()];
            foreach (var (start, end) in ranges)
            {
                var story = Annotator.Tell(scene.Facts(start, end).Story, style, random);
                var caption = CaptionWriter.Write(story, random);
                var parsed = FactParser.Parse(caption);
                var (stated, read) = (Lines(story.Facts()), Lines(parsed.Facts));
                Assert.True(stated == read, $"seed {seed}, frames {start} to {end}: {caption}\nstated\n{stated}\nread\n{read}");
                Assert.True(parsed.Unparsed.Count == 0, $"seed {seed}: not understood: {string.Join(" | ", parsed.Unparsed)} in: {caption}");
            }
        }
    }

    private static string Lines(IEnumerable<Fact> facts) => string.Join('\n', facts.Select(f => f.ToString()).Order(StringComparer.Ordinal));
}
