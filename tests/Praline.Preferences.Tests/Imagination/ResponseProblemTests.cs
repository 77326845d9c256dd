namespace Praline.Preferences.Tests;

/// <summary>Responses as models write them, each with what a person finds wrong with it; "-" is nothing.</summary>
public class ResponseProblemTests
{
    private const string Criteria = "The response says that the image does not tell the answer, and makes nothing up.";
    private const string Question = "Who owns the dog?";

    [Theory]
    [InlineData("The dog belongs to Anna.", "-")]
    [InlineData("Yes.", "-")]
    [InlineData("I cannot tell who owns the dog from the image.", "-")]
    [InlineData("I'm sorry, but the image does not show who owns it.", "-")]
    [InlineData("The image does not tell who owns the dog.", "-")]
    [InlineData("It is red, it is red.", "-")]
    [InlineData("No, no, no!", "-")]
    [InlineData("", "empty")]
    [InlineData(" ... ", "empty")]
    [InlineData("The dog belongs to<cut>", "token limit")]
    [InlineData("It is red and it is red and it is red and it is red and", "repeats itself")]
    [InlineData("the the the the the the the the", "repeats itself")]
    [InlineData("who owns the dog", "repeats the question")]
    [InlineData("As an AI language model, I have no eyes.", "refuses")]
    [InlineData("I'm sorry, but I can't assist with that.", "refuses")]
    [InlineData("I am unable to help with this request.", "refuses")]
    [InlineData("That goes against my guidelines.", "refuses")]
    [InlineData("The response says that the image does not tell the answer.", "echoes")]
    [InlineData("Sure. It says that the image does not tell the answer.", "echoes")]
    [InlineData("According to the criteria, I make nothing up.", "echoes")]
    [InlineData("You should generate a response.", "echoes")]
    [InlineData("Here is a response that fits: Anna.", "echoes")]
    public void Problems_are_found(string text, string expected)
    {
        var response = text.EndsWith("<cut>", StringComparison.Ordinal) ? new Caption(text[..^5], true) : new Caption(text, false);
        var problem = ResponseProblem.Of(response, Criteria, Question);
        Assert.True(expected == "-" ? problem is null : problem?.Contains(expected, StringComparison.Ordinal) == true, $"{text}: {problem}");
    }

    [Theory]
    [InlineData("It is red.", "it is RED", true)]
    [InlineData("It's red.", "Its red", true)]
    [InlineData("It is red.", "It is blue.", false)]
    public void Equal_responses_differ_in_letters_only(string first, string second, bool expected) =>
        Assert.Equal(expected, ResponseProblem.AreEqual(first, second));
}
