namespace Praline.SmallWorld;

/// <summary>Asks for a recommendation that depends on what the user likes.</summary>
internal sealed class HiddenPreferences : IQuestionKind
{
    private static readonly IReadOnlyList<(string Topic, string[] Questions)> Topics =
    [
        ("choose", ["Which shape should I choose?", "Which one should I take?", "What should I pick from this image?"]),
        ("wall", ["Which of these should I hang on my wall?", "Which shape should I put up in my room?"]),
        ("gift", ["Which shape would be a good gift for my friend?", "Which of these should I give to my sister?"]),
        ("draw", ["Which shape should I draw next?", "What should I add to this image?"]),
    ];

    public ImageQuestion? Ask(ImageScene scene, WorldRandom random)
    {
        var (topic, questions) = random.Pick(Topics);
        return new(QuestionType.HiddenPreferences, random.Pick(questions), topic);
    }

    public string Answer(ImageScene scene, ImageQuestion question, AnswerStyle style, WorldRandom random)
    {
        var one = Wording.The(random.Pick(scene.Objects).Subject);
        if (style != AnswerStyle.Preferred)
        {
            return Wording.Fill(
                random.Pick(["You should take {x}.", "Take {x}.", "{x} is the best choice.", "I would take {x}."]),
                question.Topic == "draw" ? Wording.A(new Subject(random.Pick(Palette.ObjectColors), random.Pick(Enum.GetValues<Shape>()))) : one);
        }

        var who = question.Text.Contains("friend", StringComparison.Ordinal) ? "your friend"
            : question.Text.Contains("sister", StringComparison.Ordinal) ? "your sister"
            : "you";
        var does = who == "you" ? "do you" : $"does {who}";
        var colors = scene.Objects.Select(o => Words.Of(o.Subject.Color)).Distinct().ToList();
        return random.Next(4) switch
        {
            0 => $"Which colors {does} like?",
            1 => $"{Wording.Capital(does)} like large or small shapes?",
            2 when colors.Count > 1 => $"{Wording.Capital(does)} like {Wording.List([.. random.Shuffled(colors)], "or")} more?",
            2 => $"What {does} like most?",
            _ => $"That depends on what {who} {(who == "you" ? "like" : "likes")}. What {does} want it for?",
        };
    }
}
