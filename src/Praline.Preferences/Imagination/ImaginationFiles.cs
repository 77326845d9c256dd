using Praline.Json;
namespace Praline.Preferences;

/// <summary>The files of an imagination's folder.</summary>
/// <param name="Folder">The folder.</param>
public sealed record ImaginationFiles(string Folder)
{
    /// <summary>The questions, where they were written here.</summary>
    public string Questions => Path.Combine(Folder, "questions.jsonl");

    /// <summary>Questions with both responses; lines as <see cref="ImaginedRow"/>.</summary>
    public string Imagined => Path.Combine(Folder, "imagined.jsonl");

    /// <summary>MACAROON's rows with both responses under <c>conversations[1].value</c>: for supervised training and DPO.</summary>
    public string Preference => Path.Combine(Folder, "preference_dataset.json");

    /// <summary>MACAROON's rows with one response each: for conditional training. The name is spelt as the paper's code spells it.</summary>
    public string Separate => Path.Combine(Folder, "preference_dataset_seperate.json");

    /// <summary>MACAROON's conversations: question, rejected response, feedback, preferred response.</summary>
    public string Multiturn => Path.Combine(Folder, "preference_dataset_multiturn.json");

    /// <summary>What a judge was asked and answered.</summary>
    public string Judgements => Path.Combine(Folder, "judgements.sqlite");

    /// <summary>Writes the three data sets from <see cref="Imagined"/>: the same rows give the same bytes.</summary>
    /// <param name="guides">The guides, for the feedback of conversations.</param>
    /// <returns>How many pairs there are.</returns>
    /// <exception cref="PralineException">A line is wrong, or its type has no guide.</exception>
    public int WriteDatasets(GuideSet guides)
    {
        var rows = JsonLines.Read<ImaginedRow>(Imagined);
        MacaroonData.Write(Preference, rows.Select(r => MacaroonData.Pair(r.Id, r.Image, r.Question, r.Preferred, r.Rejected)));
        MacaroonData.Write(Separate, rows.SelectMany(r => new[]
        {
            MacaroonData.OneSide($"{r.Id}/preferred", r.Image, r.Question, ImaginedSide.Preferred, r.Preferred),
            MacaroonData.OneSide($"{r.Id}/rejected", r.Image, r.Question, ImaginedSide.Rejected, r.Rejected),
        }));
        MacaroonData.Write(Multiturn, rows.Select(r => MacaroonData.Conversation(
            r.Id, r.Image, r.Question, r.Rejected,
            guides.Feedback(guides.Find(r.Type) ?? throw new PralineException($"{Imagined}: there is no guide to '{r.Type}' ({r.Id}).")), r.Preferred)));
        return rows.Count;
    }
}
