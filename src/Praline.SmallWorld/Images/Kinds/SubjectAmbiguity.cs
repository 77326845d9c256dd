namespace Praline.SmallWorld;

/// <summary>Asks about "the circle" where there are several, or about "the red shape".</summary>
internal sealed class SubjectAmbiguity : IQuestionKind
{
    public ImageQuestion? Ask(ImageScene scene, WorldRandom random)
    {
        var shapes = scene.Objects.GroupBy(o => o.Subject.Shape).Where(g => g.Count() > 1).Select(g => Words.Of(g.Key)).ToList();
        var colors = scene.Objects.GroupBy(o => o.Subject.Color).Where(g => g.Count() > 1).Select(g => Words.Of(g.Key)).ToList();
        if (shapes.Count + colors.Count == 0)
        {
            return null;
        }

        var word = random.Pick([.. shapes, .. colors]);
        var byShape = shapes.Contains(word);
        var (topic, template) = random.Pick<(string, string)>(
        [
            byShape ? ("color", "What color is {x}?") : ("shape", "What shape is {x}?"),
            ("size", random.Pick(["How big is {x}?", "Is {x} large or small?"])),
            ("place", random.Pick(["Where is {x}?", "In which part of the image is {x}?"])),
        ]);
        var x = byShape ? $"the {word}" : topic == "shape" ? $"the {word} one" : $"the {word} shape";
        return new(QuestionType.SubjectAmbiguity, Wording.Fill(template, x), topic, null, word);
    }

    /// <summary>The objects that a word may mean, from the top left to the bottom right.</summary>
    public static IReadOnlyList<ImageObject> Candidates(ImageScene scene, string word) =>
        [.. scene.Objects.Where(o => Words.Of(o.Subject.Shape) == word || Words.Of(o.Subject.Color) == word).OrderBy(o => o.Place)];

    public string Answer(ImageScene scene, ImageQuestion question, AnswerStyle style, WorldRandom random)
    {
        var candidates = Candidates(scene, question.Value!);
        var byShape = Vocabulary.Shapes.ContainsKey(question.Value!);
        if (style == AnswerStyle.Rejected)
        {
            var one = random.Pick(candidates);
            var what = byShape ? $"the {question.Value}" : $"the {question.Value} shape";
            return $"{Wording.Capital(random.Pick([what, "it"]))} is {Condition(one)}.";
        }

        if (style == AnswerStyle.Hedged)
        {
            return Wording.Capital(question.Topic is "color" or "shape"
                ? $"there is {Wording.List([.. candidates.Select(c => Wording.A(c.Subject))])}."
                : $"{Wording.List([.. candidates.Select(c => $"{Wording.The(c.Subject)} is {Condition(c)}")])}.");
        }

        var nouns = candidates.Select(c => byShape ? $"{Words.Of(c.Subject.Color)} one" : Words.Of(c.Subject.Shape)).ToList();
        var (some, which) = (Wording.List([.. nouns.Select(Wording.A)]), Wording.List([.. nouns.Select(n => $"the {n}")], "or"));
        var (kind, kinds) = byShape
            ? (question.Value!, Wording.Plural(question.Value!))
            : ($"{question.Value} shape", $"{question.Value} shapes");
        return random.Next(4) switch
        {
            0 => $"There are {Wording.Numbers[nouns.Count]} {kinds} in the image: {some}. Which one do you mean?",
            1 => $"Which {kind} do you mean, {which}?",
            2 => $"I see more than one {kind}. Do you mean {which}?",
            _ => $"There is more than one {kind}. Which one do you mean?",
        };

        string Condition(ImageObject item) => question.Topic switch
        {
            "color" => Words.Of(item.Subject.Color),
            "shape" => Wording.A(Words.Of(item.Subject.Shape)),
            "size" => Words.Of(item.Size),
            _ => Wording.Place(item.Place, random),
        };
    }
}
