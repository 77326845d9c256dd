using System.Text.Json;
using Praline.Media;

namespace Praline.SmallWorld;

/// <summary>
/// Image data sets of the small world: <c>images/*.png</c>, <c>truth.jsonl</c>, questions, and rows for supervised training. The n-th
/// image of a split, its questions and their bytes are always the same, however many are written.
/// </summary>
public static class ImageWorldData
{
    private static readonly JsonSerializerOptions Json = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The n-th image of a split.</summary>
    public static ImageScene Scene(SmallWorldSplit split, int index, ImageDataOptions? options = null) =>
        ImageSceneGenerator.Create(SmallWorldData.Seed(split, index), (options ?? new()).Scenes);

    /// <summary>The file name of an image: "heldout-000012.png".</summary>
    public static string FileName(SmallWorldSplit split, int index) => $"{SmallWorldData.Name(split, index)}.png";

    /// <summary>
    /// Questions about an image that call for engagement, each of another type where the image allows it: over many images all six
    /// types are equally frequent, but for ambiguous subjects, which need two objects that are alike.
    /// </summary>
    public static IReadOnlyList<ImageQuestion> Questions(SmallWorldSplit split, int index, int count, ImageDataOptions? options = null)
    {
        var scene = Scene(split, index, options);
        var random = WorldRandom.Derive(scene.Seed, "questions");
        var types = QuestionTypes.Engaging;
        var result = new List<ImageQuestion>();
        for (var i = 0; result.Count < count; i++)
        {
            if (QuestionWriter.Ask(scene, types[(int)(((long)index * count + i) % types.Count)], random) is { } question)
            {
                result.Add(question);
            }
        }

        return result;
    }

    /// <summary>Plain questions about an image with their right answers.</summary>
    public static IReadOnlyList<(ImageQuestion Question, string Answer)> PlainQuestions(
        SmallWorldSplit split, int index, int count, ImageDataOptions? options = null)
    {
        var scene = Scene(split, index, options);
        var random = WorldRandom.Derive(scene.Seed, "plain questions");
        return [.. Enumerable.Range(0, count).Select(_ => QuestionWriter.Ask(scene, QuestionType.Plain, random)!)
            .Select(q => (q, QuestionWriter.Answer(scene, q, AnswerStyle.Preferred, random)))];
    }

    /// <summary>The rows of one image for supervised training.</summary>
    /// <param name="split">The split.</param>
    /// <param name="index">The image's number in the split.</param>
    /// <param name="prompts">The prompts around the questions.</param>
    /// <param name="options">What the rows are like.</param>
    /// <param name="images">Whether rows name an image file; otherwise it is rendered from the scene.</param>
    public static IReadOnlyList<ImageSftRow> Rows(
        SmallWorldSplit split, int index, ImagePrompts prompts, ImageDataOptions? options = null, bool images = false)
    {
        var file = images ? $"images/{FileName(split, index)}" : null;
        return new ImageRowWriter(
            Scene(split, index, options), $"image-{SmallWorldData.Name(split, index)}", file, prompts, options ?? new()).Write();
    }

    /// <summary>Writes the rows of images 0 to <paramref name="count"/> − 1 as JSONL.</summary>
    public static void WriteRows(
        string path, SmallWorldSplit split, int count, ImagePrompts prompts, ImageDataOptions? options = null, bool images = false) =>
        LinesFile.Write(path, Indices(count).SelectMany(i => Rows(split, i, prompts, options, images)).Select(r => r.ToJson()));

    /// <summary>
    /// Writes <c>images/NAME.png</c> and <c>truth.jsonl</c> (image, scene). Images that are there already are kept.
    /// </summary>
    public static void WriteImages(
        string folder,
        SmallWorldSplit split,
        int count,
        ImageDataOptions? options = null,
        IProgress<int>? progress = null,
        CancellationToken cancel = default)
    {
        foreach (var i in Indices(count))
        {
            cancel.ThrowIfCancellationRequested();
            var path = Path.Combine(folder, "images", FileName(split, i));
            if (!File.Exists(path))
            {
                ImageFile.WritePng(path, Scene(split, i, options).Render());
            }

            progress?.Report(i + 1);
        }

        LinesFile.Write(
            Path.Combine(folder, "truth.jsonl"),
            Indices(count).Select(i => $"{{\"image\":\"{FileName(split, i)}\",\"scene\":{Scene(split, i, options).ToJson()}}}"));
    }

    /// <summary>Reads <c>truth.jsonl</c>: scenes by the names of their images.</summary>
    /// <exception cref="PralineException">When a line is something else.</exception>
    public static IReadOnlyDictionary<string, ImageScene> ReadTruth(string path) =>
        TruthFile.Read(path, "image", ImageScene.FromJson).ToDictionary(t => t.Name, t => t.Scene, StringComparer.Ordinal);

    /// <summary>Writes questions as self-imagination takes them: <c>image</c>, <c>question</c>, <c>question_type</c>.</summary>
    public static void WriteQuestions(string path, SmallWorldSplit split, int count, int perImage, ImageDataOptions? options = null) =>
        LinesFile.Write(path, Indices(count).SelectMany(i => Questions(split, i, perImage, options).Select(q =>
            JsonSerializer.Serialize(
                new { image = FileName(split, i), question = q.Text, question_type = q.Type.PieName() }, Json))));

    /// <summary>Writes questions as the PIE benchmark has them: <c>Image ID</c>, <c>Question</c>, <c>Question Type</c>.</summary>
    public static void WritePie(string path, SmallWorldSplit split, int count, int perImage, ImageDataOptions? options = null) =>
        LinesFile.Write(path, Indices(count).SelectMany(i => Questions(split, i, perImage, options).Select(q =>
            JsonSerializer.Serialize(
                new Dictionary<string, string>
                {
                    ["Image ID"] = FileName(split, i),
                    ["Question"] = q.Text,
                    ["Question Type"] = q.Type.PieName(),
                },
                Json))));

    /// <summary>
    /// Writes plain questions, for general ability: <c>image</c>, <c>question</c>, <c>answer</c>, and <c>topic</c> and <c>value</c>, by which
    /// <see cref="PlainAnswerJudge"/> judges.
    /// </summary>
    public static void WritePlain(string path, SmallWorldSplit split, int count, int perImage, ImageDataOptions? options = null) =>
        LinesFile.Write(path, Indices(count).SelectMany(i => PlainQuestions(split, i, perImage, options).Select(p =>
            JsonSerializer.Serialize(
                new
                {
                    image = FileName(split, i),
                    question = p.Question.Text,
                    answer = p.Answer,
                    topic = p.Question.Topic,
                    value = p.Question.Value,
                },
                Json))));

    /// <summary>
    /// Writes general preferences as MACAROON has VLFeedback's (<c>VLfeedback_dataset.json</c>): plain questions, each with its right answer as
    /// <c>preferred</c> and a wrong one as <c>rejected</c>.
    /// </summary>
    /// <returns>How many rows were written.</returns>
    public static int WriteGeneral(string path, SmallWorldSplit split, int count, int perImage, ImageDataOptions? options = null)
    {
        var rows = Indices(count).SelectMany(i => PlainQuestions(split, i, perImage, options).Select((p, k) =>
        {
            var scene = Scene(split, i, options);
            var wrong = QuestionWriter.WrongAnswer(scene, p.Question, WorldRandom.Derive(scene.Seed, $"wrong answer {k}"));
            object[] turns =
            [
                new { from = "human", value = p.Question.Text },
                new { from = "gpt", value = new { preferred = p.Answer, rejected = wrong } },
            ];
            return JsonSerializer.Serialize(
                new { id = $"{SmallWorldData.Name(split, i)}/{k}", image = FileName(split, i), conversations = turns }, Json);
        })).ToList();
        LinesFile.Write(path, ["[", .. rows.Select((r, i) => i < rows.Count - 1 ? r + "," : r), "]"]);
        return rows.Count;
    }

    private static IEnumerable<int> Indices(int count) => Enumerable.Range(0, count);
}
