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

    [Fact]
    public void Answers_that_are_made_wrong_are_wrong()
    {
        var topics = new HashSet<string>();
        for (var i = 0; i < 200; i++)
        {
            var scene = ImageWorldData.Scene(SmallWorldSplit.Preference, i);
            foreach (var (question, answer) in ImageWorldData.PlainQuestions(SmallWorldSplit.Preference, i, 4))
            {
                topics.Add(question.Topic.Split(' ')[0]);
                var wrong = QuestionWriter.WrongAnswer(scene, question, WorldRandom.Derive((ulong)i, question.Text));
                Assert.True(PlainAnswerJudge.IsRight(question, answer), $"{question.Text} {answer}");
                Assert.False(PlainAnswerJudge.IsRight(question, wrong), $"{question.Text} {wrong}");
            }
        }

        Assert.Equal(["background", "color", "count", "exists", "place", "shape", "size", "who"], topics.Order());
        var engaging = ImageWorldData.Questions(SmallWorldSplit.Preference, 0, 1)[0];
        Assert.Throws<ArgumentException>(() => QuestionWriter.WrongAnswer(ImageWorldData.Scene(SmallWorldSplit.Preference, 0), engaging, WorldRandom.Derive(0, "x")));
    }
}
