namespace Praline.Training.Data;

/// <summary>A question and the answer to learn.</summary>
/// <param name="Id">Its name in messages.</param>
/// <param name="Media">What it is about; null for text only.</param>
/// <param name="Question">The question, without image marks.</param>
/// <param name="Answer">The answer.</param>
public sealed record SupervisedRow(string Id, MediaReference? Media, string Question, string Answer)
{
    /// <summary>
    /// Reads <c>question</c> and <c>answer</c> with <c>video</c> (and <c>frame_range</c>), <c>image</c> or <c>images</c>; from preference
    /// rows, the chosen response.
    /// </summary>
    /// <exception cref="PralineException">A field is missing or of the wrong kind.</exception>
    public static SupervisedRow Read(DataRow row, MediaFinder media, string defaultQuestion) => new(
        row.OptionalText("id") ?? row.Where,
        media.Find(row),
        row.OptionalText("question") ?? defaultQuestion,
        row.OptionalText("answer") ?? row.OptionalText("pos_pre") ?? row.OptionalText("chosen") ?? throw row.Error("answer", "a text", "nothing"));
}
