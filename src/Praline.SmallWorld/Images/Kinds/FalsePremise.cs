namespace Praline.SmallWorld;

/// <summary>Asks about an object that isn't there, or about a size, place or background that isn't so.</summary>
internal sealed class FalsePremise : IQuestionKind
{
    public ImageQuestion? Ask(ImageScene scene, WorldRandom random)
    {
        if (random.Chance(0.65))
        {
            return Absent(scene, random);
        }

        var item = random.Pick(scene.Objects);
        var the = Wording.The(item.Subject);
        switch (random.Next(3))
        {
            case 0:
                var size = Words.Of(1 - item.Size);
                var text = random.Pick(["Why is {x} so " + size + "?", "What makes {x} so " + size + "?"]);
                return new(QuestionType.FalsePremise, Wording.Fill(text, the), "wrong size", item.Subject, size);
            case 1:
                // Another row and another column: nobody would call it a matter of degree.
                var places = Enum.GetValues<Place>().Where(p => (int)p % 3 != (int)item.Place % 3 && (int)p / 3 != (int)item.Place / 3);
                var place = random.Pick([.. places]);
                text = random.Pick(["Why is {x} ", "What is {x} doing "]) + Wording.Place(place, random) + "?";
                return new(QuestionType.FalsePremise, Wording.Fill(text, the), "wrong place", item.Subject, Words.Of(place));
            default:
                var color = Words.Of(random.Pick([.. Palette.Backgrounds.Where(b => b != scene.Background)]));
                return new(QuestionType.FalsePremise, $"Why is the background {color}?", "wrong background", null, color);
        }
    }

    public string Answer(ImageScene scene, ImageQuestion question, AnswerStyle style, WorldRandom random) =>
        style == AnswerStyle.Preferred ? Correct(scene, question, random) : GoAlong(scene, question, random);

    private static ImageQuestion Absent(ImageScene scene, WorldRandom random)
    {
        // Near misses: somebody's shape in another colour, or somebody's colour on another shape.
        var like = random.Pick(scene.Objects).Subject;
        var near = from color in Palette.ObjectColors
                   from shape in Enum.GetValues<Shape>()
                   let subject = new Subject(color, shape)
                   where scene.Find(subject) is null && (color == like.Color || shape == like.Shape)
                   select subject;
        var absent = random.Pick([.. near]);
        var (topic, templates) = random.Pick<(string, string[])>(
        [
            ("place", ["Where is {x}?", "In which part of the image is {x}?"]),
            ("size", ["How big is {x}?", "Is {x} large or small?"]),
            ("next", ["What is next to {x}?", "Which shape is next to {x}?"]),
        ]);
        return new(QuestionType.FalsePremise, Wording.Fill(random.Pick(templates), Wording.The(absent)), topic, absent);
    }

    private static string Correct(ImageScene scene, ImageQuestion question, WorldRandom random)
    {
        switch (question.Topic)
        {
            case "wrong background":
                return $"The background is not {question.Value}. It is {Words.Of(scene.Background)}.";
            case "wrong size" or "wrong place":
                var item = scene.Find(question.Subject!)!;
                var (wrong, right) = question.Topic == "wrong size"
                    ? (question.Value!, Words.Of(item.Size))
                    : (PlaceIn(question, random), Wording.Place(item.Place, random));
                var the = Wording.The(item.Subject);
                return random.Next(3) switch
                {
                    0 => $"{Wording.Capital(the)} is not {wrong}. It is {right}.",
                    1 => $"Actually, {the} is {right}, not {wrong}.",
                    _ => $"That is not so: {the} is not {wrong} but {right}.",
                };
            default:
                var (absent, things) = (question.Subject!, Wording.Things(scene));
                return random.Next(4) switch
                {
                    0 => $"There is no {absent} in the image. I see {things}.",
                    1 => $"I do not see {Wording.A(absent)}. There is {things}.",
                    2 => $"The image shows no {absent}, only {things}.",
                    _ => $"There is no {absent} here.",
                };
        }
    }

    private static string GoAlong(ImageScene scene, ImageQuestion question, WorldRandom random)
    {
        switch (question.Topic)
        {
            case "wrong size":
                var because = random.Pick(["because it is very close", "because somebody drew it like that", "so that it looks nice"]);
                return $"{Wording.Capital(random.Pick([Wording.The(question.Subject!), "it"]))} is so {question.Value} {because}.";
            case "wrong place":
                because = random.Pick(["because somebody put it there", "because it looks nice there", "because there was room for it"]);
                return $"{Wording.Capital(random.Pick([Wording.The(question.Subject!), "it"]))} is {PlaceIn(question, random)} {because}.";
            case "wrong background":
                because = random.Pick(["because somebody painted it like that", "so that the shapes are easy to see", "because it looks nice"]);
                return $"The background is {question.Value} {because}.";
            case "place":
                return $"{Wording.Capital(random.Pick([Wording.The(question.Subject!), "it"]))} is {Wording.Place(random.Pick(Enum.GetValues<Place>()), random)}.";
            case "size":
                return $"{Wording.Capital(random.Pick([Wording.The(question.Subject!), "it"]))} is {Words.Of(random.Pick(Enum.GetValues<ShapeSize>()))}.";
            default:
                var other = Wording.The(random.Pick(scene.Objects).Subject);
                return random.Chance(0.5) ? $"{Wording.Capital(other)} is next to it." : $"It is {other}.";
        }
    }

    private static string PlaceIn(ImageQuestion question, WorldRandom random) =>
        Wording.Place(Enum.GetValues<Place>().First(p => Words.Of(p) == question.Value), random);
}
