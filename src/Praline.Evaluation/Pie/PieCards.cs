namespace Praline.Evaluation;

/// <summary>The cards of a PIE report: every question with its image, each run's answer, its verdict and the judge's words.</summary>
internal static class PieCards
{
    public static IReadOnlyList<ExampleCard> Of(PieStudy study)
    {
        var judgements = study.Runs.Select(r => (r.Label, ByIndex: r.Judgements.ToDictionary(j => j.Answer.Idx!.Value))).ToArray();
        var pictures = new Dictionary<string, ReportImage>(StringComparer.Ordinal);
        return [.. study.Questions.Select((question, index) =>
        {
            var of = judgements.Select(r => (r.Label, Judgement: r.ByIndex.GetValueOrDefault(index))).ToArray();
            return new ExampleCard(question.Question, Images(study, question, pictures), [.. of.Select(r => Entry(r.Label, r.Judgement))])
            {
                Subtitle = $"{index + 1} · {question.Type.Name} · image {question.ImageId}",
                Facets = [new("type", question.Type.Name), .. of.Select(r => new KeyValuePair<string, string>(r.Label, Verdict(r.Judgement)))],
            };
        })];
    }

    private static ExampleEntry Entry(string run, PieJudgement? judgement)
    {
        if (judgement is null)
        {
            return new(run, "") { Badges = [new(Verdict(null), TextTone.Missing)] };
        }

        var tone = judgement.Verdict.FlagOrNull switch
        {
            PieFlag.True => TextTone.Good,
            PieFlag.Ambiguous => TextTone.Middle,
            PieFlag.False => TextTone.Bad,
            _ => TextTone.Missing,
        };
        var why = judgement.Verdict is PieVerdict.Unscored unscored ? $"{unscored.Reason}\n\n" : "";
        return new(run, judgement.Answer.Answer) { Badges = [new(Verdict(judgement), tone)], Note = why + judgement.Evaluation };
    }

    private static string Verdict(PieJudgement? judgement) =>
        judgement is null ? "not answered" : judgement.Verdict.FlagOrNull?.ToString() ?? "unscored";

    private static IReadOnlyList<ReportImage> Images(PieStudy study, PieQuestion question, Dictionary<string, ReportImage> pictures)
    {
        if (study.Images.Find(question.ImageId) is not { } path)
        {
            return [];
        }

        if (!pictures.TryGetValue(path, out var picture))
        {
            picture = study.Picture?.Invoke(path) ?? new(File.ReadAllBytes(path), $"image {question.ImageId}");
            pictures.Add(path, picture);
        }

        return [picture];
    }
}
