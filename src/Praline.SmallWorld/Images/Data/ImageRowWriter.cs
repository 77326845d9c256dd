namespace Praline.SmallWorld;

/// <summary>Writes the rows of one image. Each row has a random stream of its own, so options for one kind change no other.</summary>
internal sealed class ImageRowWriter(ImageScene scene, string name, string? image, ImagePrompts prompts, ImageDataOptions options)
{
    public IReadOnlyList<ImageSftRow> Write()
    {
        var rows = new List<ImageSftRow>();
        for (var i = 0; i < options.PlainRows; i++)
        {
            var random = Stream($"plain{i}");
            var question = QuestionWriter.Ask(scene, QuestionType.Plain, random)!;
            rows.Add(Row($"plain{i}", "plain", question.Text, Answer(question, AnswerStyle.Preferred, random), question));
        }

        for (var i = 0; i < options.EngagingRows; i++)
        {
            var random = Stream($"engaging{i}");
            var question = AnyEngaging(random);
            var hedged = question.Type.HasAmbiguous() && random.Chance(options.HedgedShare);
            var answer = Answer(question, hedged ? AnswerStyle.Hedged : AnswerStyle.Rejected, random);
            rows.Add(Row($"engaging{i}", "engaging", question.Text, answer, question));
        }

        for (var i = 0; i < options.CriteriaRows; i++)
        {
            AddBothSides(rows, i);
        }

        if (Stream("whether description").Chance(options.DescriptionShare))
        {
            rows.Add(Row("description", "description", prompts.Describe, QuestionWriter.Describe(scene, Stream("description")), null));
        }

        var asked = AnyEngaging(Stream("write_question"));
        if (prompts.Guide(asked.Type).WriteQuestion is { } asking && Stream("whether write_question").Chance(options.WriteQuestionShare))
        {
            rows.Add(Row("write_question", "write_question", asking, asked.Text, asked));
        }

        return rows;
    }

    private void AddBothSides(List<ImageSftRow> rows, int number)
    {
        var random = Stream($"criteria{number}");
        var question = AnyEngaging(random);
        var guide = prompts.Guide(question.Type);
        foreach (var (side, style, criteria) in ((string, AnswerStyle, string)[])
            [("preferred", AnswerStyle.Preferred, guide.Preferred), ("rejected", AnswerStyle.Rejected, guide.Rejected)])
        {
            var asking = prompts.Fill(criteria, question.Text);
            rows.Add(Row($"criteria{number}/{side}", "criteria", asking, Answer(question, style, random), question) with { Side = side });
        }
    }

    private ImageQuestion AnyEngaging(WorldRandom random)
    {
        while (true)
        {
            if (QuestionWriter.Ask(scene, random.Pick(QuestionTypes.Engaging), random) is { } question)
            {
                return question;
            }
        }
    }

    private string Answer(ImageQuestion question, AnswerStyle style, WorldRandom random) =>
        QuestionWriter.Answer(scene, question, style, random);

    private WorldRandom Stream(string purpose) => WorldRandom.Derive(scene.Seed, $"image rows/{purpose}");

    private ImageSftRow Row(string id, string kind, string asking, string answer, ImageQuestion? question) =>
        new($"{name}/{id}", kind, image, scene.Seed, asking, answer, question?.Type.PieName());
}
