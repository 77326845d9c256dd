using Praline.Models.Multimodal;

namespace Praline.Models.Tests.Multimodal;

/// <summary>M-RoPE positions; the two videos are the examples in the docstrings of the reference's get_rope_index.</summary>
public class MropePositionsTests
{
    private const int Image = PromptTokens.ImageToken;

    [Fact]
    public void Text_alone_counts_up_in_all_dimensions() =>
        Assert.All(MropePositions.Of(new PromptTokens([5, 6, 7, 8]), [], null), row => Assert.Equal([0, 1, 2, 3], row));

    [Fact]
    public void A_video_of_three_steps_then_text_as_in_Qwen2()
    {
        var rows = MropePositions.Of(new PromptTokens([Image, 1, 2, 3, 4, 5]), [new VisionGrid(3, 2, 2, 1)], null);
        Assert.Equal([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 4, 5, 6, 7], rows[0]);
        Assert.Equal([0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 3, 4, 5, 6, 7], rows[1]);
        Assert.Equal([0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 3, 4, 5, 6, 7], rows[2]);
    }

    [Fact]
    public void A_video_in_seconds_then_text_as_in_Qwen25()
    {
        // tokens_per_second 25, temporal patch 2, 1 frame per second: 2 seconds per step, 50 positions.
        var rows = MropePositions.Of(new PromptTokens([Image, 1, 2, 3, 4, 5]), [new VisionGrid(3, 2, 2, 2)], 25);
        Assert.Equal([0, 0, 0, 0, 50, 50, 50, 50, 100, 100, 100, 100, 101, 102, 103, 104, 105], rows[0]);
        Assert.Equal([0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 101, 102, 103, 104, 105], rows[1]);
        Assert.Equal([0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 101, 102, 103, 104, 105], rows[2]);
    }

    [Fact]
    public void Two_images_between_texts_go_on_after_the_largest_position()
    {
        var rows = MropePositions.Of(new PromptTokens([9, 9, Image, 9, Image, 9]), [new VisionGrid(1, 1, 3), new VisionGrid(1, 2, 1)], 4);
        Assert.Equal([0, 1, 2, 2, 2, 5, 6, 6, 8], rows[0]);
        Assert.Equal([0, 1, 2, 2, 2, 5, 6, 7, 8], rows[1]);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 6, 8], rows[2]);
    }
}
