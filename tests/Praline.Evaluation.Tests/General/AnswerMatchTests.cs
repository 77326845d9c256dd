using System.Text.Json;

namespace Praline.Evaluation.Tests;

public class AnswerMatchTests
{
    [Theory]
    [InlineData("yes", "Yes, there is a dog.", 1)]
    [InlineData("yes", "There is one: yes.", 1)]
    [InlineData("no", "Yes, and no other.", 0)]
    [InlineData("no", "I don't know.", 0)]
    [InlineData("Red.", "The bus is red.", 1)]
    [InlineData("red", "The bus is reddish.", 0)]
    [InlineData("a fire hydrant", "It's the fire hydrant!", 1)]
    [InlineData("fire hydrant", "A hydrant on fire.", 0)]
    [InlineData("red", "", 0)]
    public void Short_references_are_met_or_not(string right, string answer, double expected) =>
        Assert.Equal(expected, new AnswerMatch().Score(Question(right), answer));

    [Fact]
    public void Long_references_are_measured_by_rouge_l()
    {
        // By hand: reference "man riding wave on top of surfboard" (articles left out, 7 words), answer "man on surfboard" (3):
        // longest common subsequence 3, P = 1, R = 3/7, F = 2.44·P·R / (R + 1.44·P).
        var expected = 2.44 * (3 / 7.0) / ((3 / 7.0) + 1.44);
        Assert.Equal(expected, new AnswerMatch().Score(Question("A man riding a wave on top of a surfboard."), "a man on the surfboard"), 12);
    }

    private static GeneralQuestion Question(string answer) => new("a.png", "What?", answer, default);
}
