namespace Praline.Training.Data;

/// <summary>A question with a preferred and another answer.</summary>
/// <param name="Id">Its name in messages.</param>
/// <param name="Media">What it is about; null for text only.</param>
/// <param name="Question">The question, without image marks.</param>
/// <param name="Chosen">The preferred answer.</param>
/// <param name="Rejected">The other answer.</param>
/// <param name="Gap">How much better the first was scored; null when rows have no scores.</param>
public sealed record PreferenceRow(string Id, MediaReference? Media, string Question, string Chosen, string Rejected, double? Gap)
{
    /// <summary>
    /// Reads SynPO's rows (<c>pos_pre</c>, <c>neg_pre</c>, <c>pos_score</c>, <c>neg_score</c>) and TRL's
    /// (<c>chosen</c>, <c>rejected</c>, <c>prompt</c>).
    /// </summary>
    /// <exception cref="PralineException">A field is missing or of the wrong kind.</exception>
    public static PreferenceRow Read(DataRow row, MediaFinder media, string defaultQuestion) => new(
        row.OptionalText("id") ?? row.OptionalText("video_name") ?? row.Where,
        media.Find(row),
        row.OptionalText("question") ?? row.OptionalText("prompt") ?? defaultQuestion,
        row.OptionalText("pos_pre") ?? row.Text("chosen"),
        row.OptionalText("neg_pre") ?? row.Text("rejected"),
        row.OptionalNumber("pos_score") - row.OptionalNumber("neg_score"));
}
