using System.Text.Json;
using Praline.Data.Rows;

namespace Praline.Data.Formats;

/// <summary>
/// Reads and writes one format. A format is a class like this and a line in <see cref="DataFormats"/>. A codec knows the fields that it asks a row for
/// (or declares with <see cref="Row.Know"/>); the reader refuses rows with other fields that look like media, and lists the rest.
/// </summary>
internal abstract class Codec
{
    /// <summary>The format's name on the command line.</summary>
    internal abstract string Name { get; }

    /// <summary>Whether the format is written too.</summary>
    internal virtual bool IsWritten => true;

    /// <summary>Whether a row looks like this format.</summary>
    internal abstract bool Recognises(Row row);

    /// <summary>Reads a row.</summary>
    /// <exception cref="DataException">A field is missing or of another type, or marks and media don't match.</exception>
    internal abstract Sample Read(Row row, DataOptions options);

    /// <summary>Writes a sample's fields (without the braces).</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="sample">What.</param>
    /// <param name="index">Its place in the file, from 0.</param>
    /// <exception cref="DataException">The format can't say what the sample holds.</exception>
    internal virtual void Write(Utf8JsonWriter writer, Sample sample, int index) =>
        throw new PralineException($"The format {Name} is only read. Use one of {string.Join(", ", DataFormats.Written)}.");

    /// <summary>A sample from a row's messages, the media that stand beside them, and its answers.</summary>
    /// <param name="row">The row.</param>
    /// <param name="prompt">The messages before the answer; a system message comes first.</param>
    /// <param name="media">The media that the row names beside its texts, in the order of their marks.</param>
    /// <param name="answers">The answers.</param>
    /// <exception cref="DataException">Marks and media don't match, or turns don't alternate.</exception>
    protected Sample Build(Row row, IReadOnlyList<Message> prompt, IReadOnlyList<MediaReference> media, params IReadOnlyList<Answer> answers)
    {
        row.Know("idx", "idy");
        var id = row.OptionalId("id") ?? row.OptionalId("video_name") ?? row.Source.ToString();
        row.Id = id;
        if (Columns.LooksLikeMedia("", new FieldValue.Text(id), hasMedia: false) && media.Count == 0 && !prompt.Any(m => m.Pieces.Any(p => p.Medium is not null)))
        {
            throw row.Error("id", "media under image, images, video or videos", $"an id that looks like a file's name ({id}), and no media", "Rename it with --column.");
        }

        var system = row.OptionalText("system");
        if (prompt is [{ Role: "system" } first, ..])
        {
            system = string.IsNullOrEmpty(system) ? first.MarkedText : throw row.Error("system", "one system text", "the field and a message of the system");
            prompt = [.. prompt.Skip(1)];
        }

        for (var i = 0; i < prompt.Count; i++)
        {
            var expected = i % 2 == 0 ? "user" : "assistant";
            if (prompt[i].Role != expected)
            {
                throw row.Error("", "turns of user and assistant, one after the other, the user first", $"{string.Join(", ", prompt.Select(m => m.Role))} before the answer");
            }
        }

        return prompt.Count % 2 == 0
            ? throw row.Error("", "a user's turn before the answer", prompt.Count == 0 ? "none" : "one of the assistant")
            : new Sample
            {
                Id = id,
                Source = row.Source,
                Format = Name,
                System = string.IsNullOrEmpty(system) ? null : system,
                Turns = Placement.Place(row, prompt, media),
                Answers = answers,
            };
    }

    /// <summary>The answers of a pair, with <c>score_chosen</c> and <c>score_rejected</c> where the row has them.</summary>
    protected static Answer[] Sides(Row row, string chosen, string rejected) =>
    [
        new(chosen) { Rank = 1, Score = row.OptionalNumber("score_chosen") },
        new(rejected) { Rank = 2, Score = row.OptionalNumber("score_rejected") },
    ];
}

/// <summary>Puts media at their marks.</summary>
internal static class Placement
{
    /// <summary>
    /// The messages as turns. Marks without a medium of their own take the row's media of their kind in order; media of a kind without any mark stand
    /// at the beginning of the first turn.
    /// </summary>
    internal static IReadOnlyList<Turn> Place(Row row, IReadOnlyList<Message> prompt, IReadOnlyList<MediaReference> media)
    {
        // LLaVA's rows about videos have <image> where the video goes.
        if (media.Count > 0 && media.All(m => m.IsVideo) && !prompt.Any(m => m.Pieces.Any(p => p.Text is null && p.IsVideo)))
        {
            prompt = [.. prompt.Select(m => m with { Pieces = [.. m.Pieces.Select(p => p.Text is null && p.Medium is null ? p with { IsVideo = true } : p)] })];
        }

        var waiting = new[] { Queue(media, isVideo: false), Queue(media, isVideo: true) };
        int Marks(bool isVideo) => prompt.Sum(m => m.Pieces.Count(p => p.Text is null && p.IsVideo == isVideo && p.Medium is null));
        var unplaced = new List<Part>();
        foreach (var isVideo in new[] { true, false })
        {
            var (files, marks) = (waiting[isVideo ? 1 : 0], Marks(isVideo));
            if (marks == 0)
            {
                unplaced.AddRange(files.Select(m => new Part.Medium(m)));
                files.Clear();
            }
            else if (marks != files.Count)
            {
                var mark = isVideo ? MediaMarks.Video : MediaMarks.Image;
                throw row.Error(isVideo ? "videos" : "images", $"one file for each {mark}", $"{marks} {mark} and {files.Count} files",
                    files.Count > marks ? $"Write {mark} where each file goes, or no {mark} to put all files first." : $"Name a file for each {mark}, or take the mark out.");
            }
        }

        return [.. prompt.Select((message, i) =>
        {
            if (message.Role != "user" && message.Pieces.Any(p => p.Text is null))
            {
                throw row.Error("", "media in turns of the user alone", $"a mark in one of the {message.Role}", "Move the mark, or take it out.");
            }

            Part[] parts = [.. message.Pieces.Select(p => p.Text is { } text ? (Part)new Part.Text(text)
                : new Part.Medium(p.Medium ?? waiting[p.IsVideo ? 1 : 0].Dequeue()))];
            return new Turn(message.Role == "user" ? Role.User : Role.Assistant, i == 0 && unplaced.Count > 0 ? WithoutEmpty([.. unplaced, .. parts]) : parts);
        })];
    }

    private static Part[] WithoutEmpty(Part[] parts) => [.. parts.Where(p => p is not Part.Text { Value: "" })];

    private static Queue<MediaReference> Queue(IReadOnlyList<MediaReference> media, bool isVideo) => new(media.Where(m => m.IsVideo == isVideo));
}
