namespace Praline.SmallWorld.Tests;

public class PlainAnswerJudgeTests
{
    [Fact]
    public void Right_answers_are_right_and_those_to_other_images_mostly_are_not()
    {
        var (others, wrong) = (0, 0);
        for (ulong seed = 0; seed < 1500; seed++)
        {
            var (scene, other) = (ImageSceneGenerator.Create(seed), ImageSceneGenerator.Create(seed + 100_000));
            var random = WorldRandom.Derive(seed, "plain");
            var question = QuestionWriter.Ask(scene, QuestionType.Plain, random)!;
            var answer = QuestionWriter.Answer(scene, question, AnswerStyle.Preferred, random);
            Assert.True(PlainAnswerJudge.IsRight(question, answer), $"seed {seed}: {question.Text} — {answer}");
            Assert.False(PlainAnswerJudge.IsRight(question, ""), question.Text);
            if (QuestionWriter.Ask(other, QuestionType.Plain, random) is { } q && q.Topic == question.Topic && q.Value != question.Value)
            {
                others++;
                wrong += PlainAnswerJudge.IsRight(question, QuestionWriter.Answer(other, q, AnswerStyle.Rejected, random)) ? 0 : 1;
            }
        }

        Assert.True(others > 100);
        Assert.Equal(others, wrong);
    }

    [Theory]
    [InlineData("color", "red", "It is red.", true)]
    [InlineData("color", "red", "Red", true)]
    [InlineData("color", "red", "It is red or blue.", false)]
    [InlineData("color", "red", "It is a circle.", false)]
    [InlineData("count circle", "two", "There are 2 circles.", true)]
    [InlineData("count circle", "no", "There are none.", true)]
    [InlineData("count circle", "two", "There are two or three.", false)]
    [InlineData("exists", "no", "I do not see one.", true)]
    [InlineData("exists", "no", "Yes, there is. No, there is not.", false)]
    [InlineData("exists", "yes", "Yes.", true)]
    [InlineData("place", "top left", "In the top left corner.", true)]
    [InlineData("place", "top left", "At the top.", false)]
    public void Judges_by_the_value(string topic, string value, string answer, bool right) =>
        Assert.Equal(right, PlainAnswerJudge.IsRight(new ImageQuestion(QuestionType.Plain, "?", topic, null, value), answer));
}
