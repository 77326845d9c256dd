namespace Praline.SmallWorld;

/// <summary>Asks what no image shows: who owns a shape, what it costs, what it weighs…</summary>
internal sealed class Unanswerable : IQuestionKind
{
    private static readonly IReadOnlyList<Topic> Topics =
    [
        new("owner", ["Who owns {x}?", "Whom does {x} belong to?"], "who owns {x}", ["It belongs to {name}.", "{name} owns {x}."]),
        new("price", ["How much does {x} cost?", "What is the price of {x}?"], "what {x} costs", ["It costs {n} dollars.", "The price is {n} dollars."]),
        new("weight", ["How heavy is {x}?", "How much does {x} weigh?"], "how heavy {x} is", ["It weighs {n} kilos.", "{x} weighs {n} pounds."]),
        new("maker", ["Who drew {x}?", "Who made {x}?"], "who made {x}", ["{name} drew it.", "It was made by {name}."]),
        new("age", ["How old is {x}?", "When was {x} made?"], "how old {x} is", ["It is {n} years old.", "It was made {n} years ago."]),
        new(
            "material",
            ["What is {x} made of?", "Which material is {x} made of?"],
            "what {x} is made of",
            ["It is made of {stuff}.", "{x} is made of {stuff}."]),
        new("name", ["What is the name of {x}?", "What is {x} called?"], "the name of {x}", ["Its name is {name}.", "It is called {name}."]),
    ];

    public ImageQuestion? Ask(ImageScene scene, WorldRandom random)
    {
        var topic = random.Pick(Topics);
        var subject = random.Pick(scene.Objects).Subject;
        return new(QuestionType.Unanswerable, Wording.Fill(random.Pick(topic.Questions), Wording.The(subject)), topic.Name, subject);
    }

    public string Answer(ImageScene scene, ImageQuestion question, AnswerStyle style, WorldRandom random)
    {
        var topic = Topics.First(t => t.Name == question.Topic);
        var the = Wording.The(question.Subject!);
        if (style != AnswerStyle.Preferred)
        {
            var made = random.Pick(topic.Inventions)
                .Replace("{name}", random.Pick(Wording.People), StringComparison.Ordinal)
                .Replace("{n}", random.Pick(["two", "three", "five", "ten", "twenty"]), StringComparison.Ordinal)
                .Replace("{stuff}", random.Pick(["wood", "metal", "paper", "glass"]), StringComparison.Ordinal);
            return Wording.Fill(made, the);
        }

        var item = scene.Find(question.Subject!)!;
        var seen = random.Pick([
            "",
            "",
            $" I can only see that it is {Words.Of(item.Size)}.",
            $" I only see that it is {Wording.Place(item.Place, random)}.",
        ]);
        return Wording.Fill(
            random.Pick([
                $"The image does not show {topic.What}.",
                $"I cannot tell {topic.What} from the image.",
                $"I do not know {topic.What}: the image does not show it.",
                $"It is not possible to say {topic.What} from this image.",
            ]) + seen,
            the);
    }

    /// <param name="Name">Short name.</param>
    /// <param name="Questions">How it is asked.</param>
    /// <param name="What">What can't be told.</param>
    /// <param name="Inventions">What one may make up.</param>
    private sealed record Topic(string Name, string[] Questions, string What, string[] Inventions);
}
