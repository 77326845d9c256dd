using Praline.Json;
using System.Globalization;
using System.Text.Json;

namespace Praline.Preferences;

/// <summary>
/// VLFeedback's rows (Li et al. 2023, arXiv 2312.10665): <c>prompt</c>, <c>img_path</c> and <c>completions</c>, each a response with annotations, as a list
/// of objects or (from Parquet) an object of lists. A completion's score is the mean of its numeric ratings; the best and the worst make the pair, and of
/// equal ones the earlier. What comes from elsewhere is written with one annotation, Preference, whose ratings are the scores, or 1 and 0 without scores.
/// </summary>
internal sealed class VlFeedbackCodec : IPreferenceCodec
{
    private const string OwnAspect = "Preference";

    public PreferenceFormat Format => PreferenceFormat.VlFeedback;

    public string Name => "vlfeedback";

    public bool Recognises(JsonRow row) => row.Has("completions") && row.KindOf("prompt") == JsonValueKind.String;

    public PreferenceSample Read(JsonRow row)
    {
        var rated = Completions(row).Select(c => (c.Response, Score: Score(c.Annotations))).Where(c => c.Score is not null).ToList();
        if (rated.Count < 2)
        {
            throw row.Error("completions", $"expected at least two completions with ratings, found {rated.Count}.");
        }

        var (best, worst) = (rated.MaxBy(c => c.Score), rated.MinBy(c => c.Score));
        if (best.Score == worst.Score)
        {
            throw row.Error("completions", $"all completions have the same mean rating ({best.Score!.Value.ToString(CultureInfo.InvariantCulture)}): there is no preference. Leave the row out.");
        }

        var image = row.OptionalText("img_path") ?? row.OptionalText("image");
        return new PreferenceSample
        {
            Place = row.Place,
            Prompt = [new ChatTurn("user", row.Text("prompt"))],
            Chosen = best.Response,
            Rejected = worst.Response,
            Images = image is null ? [] : [image],
            ChosenScore = best.Score,
            RejectedScore = worst.Score,
        };
    }

    public void Write(Utf8JsonWriter writer, PreferenceSample sample)
    {
        if (sample.Prompt is not [{ Role: "user" } question] || sample.Videos.Count > 0 || sample.Images.Count > 1)
        {
            throw new PralineException($"{sample.Place}: VLFeedback's rows hold one question and one image. Use trl-conversational.");
        }

        writer.WriteString("prompt", question.Text.Replace("<image>\n", "").Replace("<image>", ""));
        if (sample.Images is [var image])
        {
            writer.WriteString("img_path", image);
        }

        writer.WriteStrings("models", ["preferred", "rejected"]);
        writer.WriteStartArray("completions");
        WriteCompletion(writer, "preferred", sample.Chosen, sample.ChosenScore ?? 1);
        WriteCompletion(writer, "rejected", sample.Rejected, sample.RejectedScore ?? 0);
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

    private static IEnumerable<(string Response, JsonElement Annotations)> Completions(JsonRow row)
    {
        if (row.KindOf("completions") == JsonValueKind.Array)
        {
            return row.Rows("completions").Select(c => (c.Text("response"), c.Has("annotations") ? c.Object("annotations").Element : default));
        }

        var lists = row.Object("completions");
        var annotations = lists.Rows("annotations");
        return lists.Texts("response").Select((response, i) => (response, i < annotations.Count
            ? annotations[i].Element
            : throw lists.Error("annotations", $"expected one for each response, found {annotations.Count}.")));
    }

    /// <summary>The mean of the ratings that are numbers; some of VLFeedback's are "N/A".</summary>
    private static double? Score(JsonElement annotations)
    {
        if (annotations.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        double[] ratings = [.. annotations.EnumerateObject().Select(a => Rating(a.Value)).OfType<double>()];
        return ratings.Length == 0 ? null : ratings.Average();
    }

    private static double? Rating(JsonElement annotation) =>
        annotation.ValueKind == JsonValueKind.Object && annotation.TryGetProperty("Rating", out var rating)
            ? rating.ValueKind == JsonValueKind.Number ? rating.GetDouble()
                : rating.ValueKind == JsonValueKind.String
                    && double.TryParse(rating.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number
                : null
            : null;
}
