using System.Globalization;
using System.Text.Json;
using Praline.Data.Rows;

namespace Praline.Data.Formats;

/// <summary>
/// VLFeedback's rows (Li et al. 2023, arXiv 2312.10665): <c>prompt</c>, <c>img_path</c> and <c>completions</c>, each a response with annotations, as a list
/// of objects or (from Parquet) an object of lists. A completion's score is the mean of its numeric ratings; a pair is the best and the worst, of
/// equal ones the earlier. What comes from elsewhere is written with one annotation, Preference, whose ratings are the scores, or 1 and 0 without scores.
/// </summary>
internal sealed class VlFeedbackCodec : Codec
{
    private const string OwnAspect = "Preference";

    internal override string Name => "vlfeedback";

    internal override bool Recognises(Row row) => row.Has("completions") && row.Is<FieldValue.Text>("prompt");

    internal override Sample Read(Row row, DataOptions options)
    {
        row.Know("models");
        Answer[] rated = [.. Completions(row).Where(c => c.Score is not null)];
        if (rated.Length < 2)
        {
            throw row.Error("completions", "at least two completions with ratings", $"{rated.Length}");
        }

        if (rated.All(a => a.Score == rated[0].Score))
        {
            throw row.Error("completions", "completions of which one is rated higher",
                $"all with the same mean rating ({rated[0].Score!.Value.ToString(CultureInfo.InvariantCulture)})", "Leave the row out: there is no preference.");
        }

        return Build(row, [Messages.User(row, "prompt")],
            [.. MediaFields.Of(row, isVideo: true, "videos", "video"), .. MediaFields.Of(row, isVideo: false, "img_path", "images", "image")],
            [.. rated.OrderByDescending(a => a.Score).SkipLast(1), rated.MinBy(a => a.Score)!]);
    }

    internal override void Write(Utf8JsonWriter writer, Sample sample, int index)
    {
        var (question, pair) = (Written.OnlyQuestion(this, sample), Written.Pair(this, sample));
        MediaReference[] media = [.. sample.Media];
        if (media.Length > 1 || media.Any(m => m.IsVideo))
        {
            throw Written.CannotSay(this, sample, "one image", "other media");
        }

        writer.WriteString("prompt", Written.TextAfterMedia(this, sample, question));
        if (media is [var image])
        {
            writer.WriteString("img_path", Written.Name(this, sample, image));
        }

        writer.WriteStartArray("models");
        writer.WriteStringValue("preferred");
        writer.WriteStringValue("rejected");
        writer.WriteEndArray();
        writer.WriteStartArray("completions");
        WriteCompletion(writer, "preferred", pair.Chosen.Text, pair.Chosen.Score ?? 1);
        WriteCompletion(writer, "rejected", pair.Rejected.Text, pair.Rejected.Score ?? 0);
        writer.WriteEndArray();
    }

    private static void WriteCompletion(Utf8JsonWriter writer, string model, string response, double score)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("annotations");
        writer.WriteStartObject(OwnAspect);
        writer.WriteString("Rating", score.ToString(CultureInfo.InvariantCulture));
        writer.WriteString("Rationale", "");
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteString("model", model);
        writer.WriteString("response", response);
        writer.WriteEndObject();
    }

    private static IEnumerable<Answer> Completions(Row row)
    {
        if (row.Is<FieldValue.List>("completions"))
        {
            return row.Rows("completions").Select(completion =>
            {
                completion.Know("model");
                return new Answer(Messages.AnswerText(completion, "response"))
                {
                    Score = completion.Has("annotations") ? Score(completion.Object("annotations")) : null,
                };
            });
        }

        var lists = row.Object("completions");
        lists.Know("model");
        var annotations = lists.Rows("annotations");
        var responses = lists.Texts("response");
        return annotations.Count == responses.Count
            ? responses.Zip(annotations, (response, annotation) => new Answer(response) { Score = Score(annotation) })
            : throw lists.Error("annotations", $"one for each of the {responses.Count} responses", $"{annotations.Count}");
    }

    /// <summary>The mean of the ratings that are numbers; some of VLFeedback's are "N/A".</summary>
    private static double? Score(Row annotations)
    {
        var ratings = new List<double>();
        foreach (var aspect in annotations.Value.Fields.Keys.Where(annotations.Is<FieldValue.Map>))
        {
            var annotation = annotations.Object(aspect);
            annotation.Know("Rationale", "Type", "Rationale For Rating", "Type Rationale");
            if (annotation.Find("Rating") is { } rating && Rating(rating) is { } number)
            {
                ratings.Add(number);
            }
        }

        return ratings.Count == 0 ? null : ratings.Average();
    }

    private static double? Rating(FieldValue value) => value switch
    {
        FieldValue.Number number when double.IsFinite(number.Value) => number.Value,
        FieldValue.Text text when double.TryParse(text.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) => number,
        _ => null,
    };
}
