namespace Praline.SmallWorld.Tests;

public class EngagementJudgeTests
{
    /// <summary>Whatever is asked and however it is answered: the judge, who sees only the words, finds the style.</summary>
    [Theory]
    [InlineData(QuestionType.FalsePremise)]
    [InlineData(QuestionType.Unanswerable)]
    [InlineData(QuestionType.SubjectAmbiguity)]
    [InlineData(QuestionType.SubjectiveInterpretation)]
    [InlineData(QuestionType.UnclearUserBackground)]
    [InlineData(QuestionType.HiddenPreferences)]
    public void The_judge_tells_the_styles_apart(QuestionType type)
    {
        var asked = 0;
        for (ulong seed = 0; seed < 800; seed++)
        {
            var scene = ImageSceneGenerator.Create(seed);
            var random = WorldRandom.Derive(seed, "judge");
            if (QuestionWriter.Ask(scene, type, random) is not { } question)
            {
                continue;
            }

            asked++;
            foreach (var style in Enum.GetValues<AnswerStyle>())
            {
                var answer = QuestionWriter.Answer(scene, question, style, random);
                var expected = style == AnswerStyle.Preferred ? EngagementVerdict.True
                    : style == AnswerStyle.Hedged && type.HasAmbiguous() ? EngagementVerdict.Ambiguous
                    : EngagementVerdict.False;
                var judged = EngagementJudge.Judge(scene, type, question.Text, answer);
                Assert.True(expected == judged.Verdict, $"seed {seed}, {style}: {question.Text} — {answer} ({judged.Verdict}: {judged.Explanation})");
            }

            // Whoever repeats the question, or says nothing, engages in nothing.
            Assert.Equal(EngagementVerdict.False, EngagementJudge.Judge(scene, type, question.Text, question.Text).Verdict);
            Assert.Equal(EngagementVerdict.False, EngagementJudge.Judge(scene, type, question.Text, " . ").Verdict);
        }

        Assert.InRange(asked, 400, 800);
    }

    private static readonly ImageScene Scene = new(
        1,
        96,
        WorldColor.Navy,
        [
            new ImageObject(new Subject(WorldColor.Red, Shape.Circle), ShapeSize.Small, Place.TopLeft, 0.25, 0.25),
            new ImageObject(new Subject(WorldColor.Blue, Shape.Circle), ShapeSize.Large, Place.Right, 0.75, 0.5),
        ]);

    /// <summary>Answers as a small model may give them.</summary>
    [Theory]
    [InlineData(QuestionType.FalsePremise, "Where is the pink ring?", "I don't see a pink ring.", EngagementVerdict.True)]
    [InlineData(QuestionType.FalsePremise, "Where is the pink ring?", "There is no pink circle.", EngagementVerdict.False)]
    [InlineData(QuestionType.FalsePremise, "Where is the pink ring?", "There is no pink ring. The pink ring is at the top.", EngagementVerdict.False)]
    [InlineData(QuestionType.FalsePremise, "Where is the pink ring?", "It is at the top.", EngagementVerdict.False)]
    [InlineData(QuestionType.FalsePremise, "Why is the red circle so large?", "The red circle is small.", EngagementVerdict.True)]
    [InlineData(QuestionType.FalsePremise, "Why is the red circle so large?", "It is not large.", EngagementVerdict.True)]
    [InlineData(QuestionType.FalsePremise, "Why is the red circle so large?", "It is not large. It is large.", EngagementVerdict.False)]
    [InlineData(QuestionType.FalsePremise, "Why is the background black?", "It is navy.", EngagementVerdict.True)]
    [InlineData(QuestionType.Unanswerable, "Who owns the red circle?", "I can't tell.", EngagementVerdict.True)]
    [InlineData(QuestionType.Unanswerable, "Who owns the red circle?", "I can't tell. It belongs to Tom.", EngagementVerdict.False)]
    [InlineData(QuestionType.SubjectAmbiguity, "How big is the circle?", "Which circle?", EngagementVerdict.False)] // two words: cut off
    [InlineData(QuestionType.SubjectAmbiguity, "How big is the circle?", "Which circle do you mean?", EngagementVerdict.True)]
    [InlineData(QuestionType.SubjectAmbiguity, "How big is the circle?", "The circle is large. Which one do you mean?", EngagementVerdict.False)]
    [InlineData(QuestionType.SubjectAmbiguity, "How big is the circle?", "The red circle is small and the blue circle is large.", EngagementVerdict.Ambiguous)]
    [InlineData(QuestionType.SubjectAmbiguity, "How big is the circle?", "The red circle is small and the blue circle.", EngagementVerdict.False)]
    [InlineData(QuestionType.SubjectiveInterpretation, "Is the red circle pretty?", "Yes. What do you think?", EngagementVerdict.Ambiguous)]
    [InlineData(QuestionType.SubjectiveInterpretation, "Is the red circle pretty?", "Is the red circle pretty?", EngagementVerdict.False)]
    [InlineData(QuestionType.UnclearUserBackground, "Is the red circle bigger than mine?", "Yes, it is bigger than yours. How big is yours?", EngagementVerdict.Ambiguous)]
    [InlineData(QuestionType.UnclearUserBackground, "Is the red circle bigger than mine?", "I do not know.", EngagementVerdict.False)]
    [InlineData(QuestionType.HiddenPreferences, "Which one should I take?", "Take the red circle. Do you like it?", EngagementVerdict.False)]
    [InlineData(QuestionType.HiddenPreferences, "Which one should I take?", "Please tell me which colors you like.", EngagementVerdict.True)]
    public void Judges_by_the_rules(QuestionType type, string question, string answer, EngagementVerdict expected) =>
        Assert.Equal(expected, EngagementJudge.Judge(Scene, type, question, answer).Verdict);

    [Fact]
    public void A_plain_question_calls_for_no_engagement() =>
        Assert.Throws<ArgumentException>(() => EngagementJudge.Judge(Scene, QuestionType.Plain, "Where is the red circle?", "There."));
}
