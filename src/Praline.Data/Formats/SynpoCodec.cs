using System.Text.Json;
using Praline.Data.Rows;

namespace Praline.Data.Formats;

/// <summary>
/// SynPO's <c>pairs.jsonl</c>: <c>video_name</c> (or our <c>video</c>), <c>question</c>, <c>pos_pre</c>, <c>neg_pre</c>, <c>pos_score</c>, <c>neg_score</c>.
/// A row whose scores are <c>null</c> was not judged: it is left out by name.
/// </summary>
internal sealed class SynpoCodec : Codec
{
    internal override string Name => "synpo";

    internal override bool Recognises(Row row) => row.Value.Fields.ContainsKey("pos_pre") || row.Value.Fields.ContainsKey("neg_pre");

    internal override Sample Read(Row row, DataOptions options)
    {
        row.Know("answer", "duration", "long_answers", "short_answers", "truncated", "hallu_scores", "harmo_scores", "consi_scores", "judge");
        row.Id = row.OptionalText("video_name");
        foreach (var (answer, score) in new[] { ("pos_pre", "pos_score"), ("neg_pre", "neg_score") })
        {
            if (row.Value.Fields.ContainsKey(score) && !row.Has(score))
            {
                throw new DataException(row.Error(
                    score, "a score", "null: this candidate was not scored", "The row is left out; score it with --retry-failed of the rank stage.").Problem with
                { IsError = false });
            }

            if (row.Value.Fields.ContainsKey(answer) && !row.Has(answer))
            {
                throw row.Error(answer, "an answer", "null", "Leave the row out.");
            }
        }

        var named = row.Has("video") || row.Has("videos") || row.Has("images") || row.Has("image");
        var media = named ? MediaFields.Beside(row) : MediaFields.Of(row, isVideo: true, "video_name");
        if (named && row.Id is { } id && Columns.LooksLikeMedia("", new FieldValue.Text(id), hasMedia: true) && media.All(m => m.Name != id))
        {
            throw row.Error("video_name", "the video that video names", $"{id}", "Keep one of the two.");
        }

        return Build(row, [Messages.Question(row, options, "question", "prompt")], media,
            new Answer(Messages.AnswerText(row, "pos_pre")) { Rank = 1, Score = row.OptionalNumber("pos_score") },
            new Answer(options.Rejected == RejectedCandidate.SecondLowest ? SecondLowest(row) : Messages.AnswerText(row, "neg_pre")) { Rank = 2, Score = row.OptionalNumber("neg_score") });
    }

    /// <summary>
    /// The candidate with the second-lowest total, as train_dpo_check.py finds it: 1.1 · hallucination + harmony + self-consistency; of equal totals the first. The row's
    /// scores, and with them the gap by which rows are left out, stay those of <c>pos_pre</c> and <c>neg_pre</c>, as in the script.
    /// </summary>
    private static string SecondLowest(Row row)
    {
        var answers = row.Texts("long_answers");
        var scores = new[] { "hallu_scores", "harmo_scores", "consi_scores" }.Select(row.OptionalNumbers).ToArray();
        if (scores.Any(s => s.Count != answers.Count))
        {
            throw row.Error("long_answers", "a hallucination, harmony and self-consistency score for each candidate", $"{answers.Count} candidates and {string.Join(", ", scores.Select(s => s.Count))} scores",
                "Leave --rejected out, or drop the row.");
        }

        var totals = answers.Select((_, i) => (1.1 * scores[0][i]) + scores[1][i] + scores[2][i]).ToArray();
        double[] known = [.. totals.OfType<double>().Order()];
        return known.Length > 1 ? answers[Array.IndexOf(totals, known[1])] : throw row.Error(
            "long_answers", "two or more candidates with all scores", $"{known.Length}", "Leave --rejected out, or drop the row.");
    }

    internal override void Write(Utf8JsonWriter writer, Sample sample, int index)
    {
        var (question, pair) = (Written.OnlyQuestion(this, sample), Written.Pair(this, sample));
        if (sample.Media.ToArray() is not [{ IsVideo: true } video])
        {
            throw Written.CannotSay(this, sample, "one video", $"{sample.Media.Count()} media that are not one video");
        }

        if (pair is not { Chosen.Score: { } chosen, Rejected.Score: { } rejected })
        {
            throw new DataException(sample.Problem(
                "pos_score", "scores, as synpo rows hold", "none", "Write trl, or say with --assume-gap how far apart the answers are to be taken."));
        }

        var file = Written.Name(this, sample, video, withRange: true);
        writer.WriteNumber("idx", index);
        writer.WriteString("video_name", video.Embedded is null ? Path.ChangeExtension(file, null) : $"{index}");
        writer.WriteString("question", Written.TextAfterMedia(this, sample, question));
        writer.WriteString("answer", "");
        if (video.Range is { } range)
        {
            Numbers(writer, "frame_range", range.First, range.Last);
        }

        writer.WriteStartArray("long_answers");
        writer.WriteStringValue(pair.Chosen.Text);
        writer.WriteStringValue(pair.Rejected.Text);
        writer.WriteEndArray();
        writer.WriteString("video", file);
        writer.WriteString("pos_pre", pair.Chosen.Text);
        writer.WriteNumber("pos_score", chosen);
        writer.WriteString("neg_pre", pair.Rejected.Text);
        writer.WriteNumber("neg_score", rejected);
        foreach (var scores in new[] { "hallu_scores", "harmo_scores", "consi_scores" })
        {
            Numbers(writer, scores, null, null);
        }
    }

    private static void Numbers(Utf8JsonWriter writer, string field, params ReadOnlySpan<int?> values)
    {
        writer.WriteStartArray(field);
        foreach (var value in values)
        {
            if (value is { } number)
            {
                writer.WriteNumberValue(number);
            }
            else
            {
                writer.WriteNullValue();
            }
        }

        writer.WriteEndArray();
    }
}
