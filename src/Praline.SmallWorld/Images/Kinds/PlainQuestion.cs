namespace Praline.SmallWorld;

/// <summary>Asks what the image shows.</summary>
internal sealed class PlainQuestion : IQuestionKind
{
    public ImageQuestion? Ask(ImageScene scene, WorldRandom random)
    {
        var item = random.Pick(scene.Objects);
        var (the, subject) = (Wording.The(item.Subject), item.Subject);
        var shape = Words.Of(subject.Shape);
        switch (random.Next(8))
        {
            case 0 when scene.Objects.Count(o => o.Subject.Shape == subject.Shape) == 1:
                return Question($"What color is the {shape}?", "color", subject, Words.Of(subject.Color));
            case 1 when scene.Objects.Count(o => o.Subject.Color == subject.Color) == 1:
                var text = random.Pick(["What shape is the {x} one?", "Which shape is {x}?"]);
                return Question(text.Replace("{x}", Words.Of(subject.Color), StringComparison.Ordinal), "shape", subject, shape);
            case 2:
                return Question(random.Pick([$"How big is {the}?", $"Is {the} large or small?"]), "size", subject, Words.Of(item.Size));
            case 3:
                text = random.Pick([$"Where is {the}?", $"In which part of the image is {the}?"]);
                return Question(text, "place", subject, Words.Of(item.Place));
            case 4:
                if (random.Chance(0.4))
                {
                    return Question("How many shapes are there?", "count shape", null, Wording.Numbers[scene.Objects.Count]);
                }

                var kind = random.Chance(0.7) ? subject.Shape : random.Pick(Enum.GetValues<Shape>());
                var count = scene.Objects.Count(o => o.Subject.Shape == kind);
                return Question(
                    $"How many {Wording.Plural(Words.Of(kind))} are there?", $"count {Words.Of(kind)}", null, Wording.Numbers[count]);
            case 5:
                var asked = random.Chance(0.5) ? subject : new(random.Pick(Palette.ObjectColors), random.Pick(Enum.GetValues<Shape>()));
                text = random.Pick([$"Is there {Wording.A(asked)} in the image?", $"Do you see {Wording.A(asked)}?"]);
                return Question(text, "exists", asked, scene.Find(asked) is null ? "no" : "yes");
            case 6:
                return Question($"What is {Wording.Place(item.Place, random)}?", "who", subject, subject.ToString());
            default:
                return Question("What color is the background?", "background", null, Words.Of(scene.Background));
        }
    }

    public string Answer(ImageScene scene, ImageQuestion question, AnswerStyle style, WorldRandom random)
    {
        var value = question.Value!;
        var subject = question.Subject;
        return question.Topic switch
        {
            "color" => random.Pick([$"The {Words.Of(subject!.Shape)} is {value}.", $"It is {value}."]),
            "shape" => random.Pick([$"The {Words.Of(subject!.Color)} one is {Wording.A(value)}.", $"It is {Wording.A(value)}."]),
            "size" => random.Pick([$"The {subject} is {value}.", $"It is {value}."]),
            "place" => $"{random.Pick([$"The {subject}", "It"])} is {Wording.Place(PlaceOf(value), random)}.",
            "exists" when value == "yes" => random.Pick([$"Yes, there is {Wording.A(subject!)}.", $"Yes, I see {Wording.A(subject!)}."]),
            "exists" => random.Pick([$"No, there is no {subject}.", $"No, I do not see {Wording.A(subject!)}."]),
            "who" => random.Pick([$"There is {Wording.A(subject!)}.", $"It is {Wording.A(subject!)}."]),
            "background" => random.Pick([$"The background is {value}.", $"It is {value}."]),
            _ => Count(question.Topic["count ".Length..], value),
        };
    }

    /// <summary>A wrong answer in the words of a right one: that to the same question with another value.</summary>
    public string Wrong(ImageScene scene, ImageQuestion question, WorldRandom random)
    {
        var (value, subject) = (question.Value!, question.Subject);
        var wrong = question.Topic switch
        {
            "color" => question with { Value = Words.Of(random.Pick([.. Palette.ObjectColors.Where(c => Words.Of(c) != value)])) },
            "background" => question with { Value = Words.Of(random.Pick([.. Palette.Backgrounds.Where(c => Words.Of(c) != value)])) },
            "shape" => question with { Value = Words.Of(random.Pick([.. Enum.GetValues<Shape>().Where(s => Words.Of(s) != value)])) },
            "size" => question with { Value = Words.Of(random.Pick([.. Enum.GetValues<ShapeSize>().Where(s => Words.Of(s) != value)])) },
            "place" => question with { Value = Words.Of(random.Pick([.. Enum.GetValues<Place>().Where(p => Words.Of(p) != value)])) },
            "exists" => question with { Value = value == "yes" ? "no" : "yes" },
            "who" => question with
            {
                Subject = random.Pick([.. from c in Palette.ObjectColors from s in Enum.GetValues<Shape>()
                let other = new Subject(c, s) where other != subject select other])
            },
            _ => question with { Value = random.Pick([.. Wording.Numbers.Where(n => n != value)]) },
        };
        return Answer(scene, wrong, AnswerStyle.Preferred, random);
    }

    private static Place PlaceOf(string value) => Enum.GetValues<Place>().First(p => Words.Of(p) == value);

    private static string Count(string what, string number) =>
        number == "one" ? $"There is one {what}." : $"There are {number} {Wording.Plural(what)}.";

    private static ImageQuestion Question(string text, string topic, Subject? subject, string value) =>
        new(QuestionType.Plain, text, topic, subject, value);
}
