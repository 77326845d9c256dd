namespace Praline.SmallWorld;

/// <summary>Asks whether something is pretty, boring…</summary>
internal sealed class SubjectiveInterpretation : IQuestionKind
{
    /// <summary>The judgements that are asked for.</summary>
    public static readonly IReadOnlyList<string> Adjectives = ["pretty", "beautiful", "nice", "ugly", "boring", "funny", "cheerful", "elegant"];

    public ImageQuestion? Ask(ImageScene scene, WorldRandom random)
    {
        Subject? subject = random.Chance(0.75) ? random.Pick(scene.Objects).Subject : null;
        var adjective = random.Pick(Adjectives);
        var template = random.Pick(["Is {x} " + adjective + "?", "Do you think {x} is " + adjective + "?", "How " + adjective + " is {x}?"]);
        return new(QuestionType.SubjectiveInterpretation, Wording.Fill(template, What(subject)), "taste", subject, adjective);
    }

    public string Answer(ImageScene scene, ImageQuestion question, AnswerStyle style, WorldRandom random)
    {
        var adjective = question.Value!;
        var templates = style switch
        {
            AnswerStyle.Preferred => (string[])
            [
                $"What makes something {adjective} for you: its color, its size or its form?",
                $"That depends on what you call {adjective}. What do you look at?",
                $"People see this differently. What does {adjective} mean to you?",
                "By which standard should I judge {x}?",
            ],
            AnswerStyle.Hedged =>
            [
                $"I find it {adjective}, but that is a matter of taste.",
                $"Some people may find it {adjective} and others may not.",
                "{x} may be " + adjective + ", but tastes differ.",
            ],
            _ when question.Text.StartsWith("How", StringComparison.Ordinal) =>
            [
                "{x} is very " + adjective + ".",
                "{x} is not " + adjective + " at all.",
                $"It is quite {adjective}.",
            ],
            _ =>
            [
                "Yes, {x} is very " + adjective + ".",
                "No, {x} is not " + adjective + " at all.",
                "I think {x} is quite " + adjective + ".",
                $"It is very {adjective}.",
            ],
        };
        return Wording.Fill(random.Pick(templates), What(question.Subject));
    }

    private static string What(Subject? subject) => subject is null ? "the image" : Wording.The(subject);
}
