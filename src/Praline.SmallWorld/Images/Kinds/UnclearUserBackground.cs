namespace Praline.SmallWorld;

/// <summary>Compares something in the image with something of the user's that nobody knows.</summary>
internal sealed class UnclearUserBackground : IQuestionKind
{
    private static readonly IReadOnlyList<Topic> Topics =
    [
        new(
            "size",
            ["Is {x} bigger than mine?", "Is {x} smaller than mine?"],
            ["How big is yours?", "I do not know the size of yours. How big is it?"],
            ["If yours is small, {x} may be bigger. If yours is large, it may be smaller."],
            ["Yes, {x} is bigger than yours.", "No, it is smaller than yours.", "It is as big as yours."]),
        new(
            "color",
            ["Does {x} have the same color as my car?", "Would {x} match the color of my room?"],
            ["What color is yours?", "I do not know which color yours has. Which one is it?"],
            ["If yours has that color, yes. If it has another one, no."],
            ["Yes, it has the same color as yours.", "No, yours has another color.", "Yes, {x} matches yours very well."]),
        new(
            "fit",
            ["Does {x} fit into my box?", "Is there room for {x} in my bag?"],
            ["How much room do you have?", "That depends on how much room you have. How big is it?"],
            ["If you have much room, it fits. If you have little, it does not."],
            ["Yes, {x} fits in there.", "No, it is too big for you.", "Yes, there is enough room for it."]),
        new(
            "memory",
            ["Have I seen {x} before?", "Do I know {x}?"],
            ["Which shapes have you seen before?", "I do not know what you have seen. Can you tell me?"],
            ["If you have seen this image, yes. If you have not, no."],
            ["Yes, you have seen it before.", "No, you have never seen {x}.", "Yes, you know it well."]),
        new(
            "skill",
            ["Is {x} easy enough for me to draw?", "Can I draw {x}?"],
            ["How well can you draw?", "That depends on your skill. Have you drawn shapes before?"],
            ["If you draw often, it is easy. If you have never drawn, it is hard."],
            ["Yes, you can draw it.", "Yes, {x} is easy enough for you.", "No, it is too hard for you."]),
    ];

    public ImageQuestion? Ask(ImageScene scene, WorldRandom random)
    {
        var topic = random.Pick(Topics);
        var subject = random.Pick(scene.Objects).Subject;
        var text = Wording.Fill(random.Pick(topic.Questions), Wording.The(subject));
        return new(QuestionType.UnclearUserBackground, text, topic.Name, subject);
    }

    public string Answer(ImageScene scene, ImageQuestion question, AnswerStyle style, WorldRandom random)
    {
        var topic = Topics.First(t => t.Name == question.Topic);
        var templates = style switch
        {
            AnswerStyle.Preferred => topic.Asking,
            AnswerStyle.Hedged => topic.ByCase,
            _ => topic.Assuming,
        };
        return Wording.Fill(random.Pick(templates), Wording.The(question.Subject!));
    }

    private sealed record Topic(string Name, string[] Questions, string[] Asking, string[] ByCase, string[] Assuming);
}
