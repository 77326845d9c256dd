using Praline.Json;
using System.Text.Json;
using Praline.Preferences;

namespace Praline.Evaluation;

/// <summary>
/// A line of an answers file: <c>answer</c>, <c>img_path</c> and <c>question</c> as MACAROON's <c>evaluate.py</c> writes them, and
/// <c>idx</c>, the question's place in the PIE file from 0, which keeps questions that occur twice apart.
/// </summary>
public sealed record PieAnswer : IJsonRow<PieAnswer>
{
    /// <summary>The question's place in the PIE file, from 0; null in files that others wrote.</summary>
    public int? Idx { get; init; }

    /// <summary>The image, as it was found.</summary>
    public required string ImagePath { get; init; }

    /// <summary>The question.</summary>
    public required string Question { get; init; }

    /// <summary>The model's answer.</summary>
    public required string Answer { get; init; }

    /// <inheritdoc/>
    public static PieAnswer Read(JsonRow row) => new()
    {
        Idx = row.Has("idx") ? row.Integer("idx") : null,
        ImagePath = row.Text("img_path"),
        Question = row.Text("question"),
        Answer = row.Text("answer"),
    };

    /// <inheritdoc/>
    public void Write(Utf8JsonWriter writer)
    {
        if (Idx is { } idx)
        {
            writer.WriteNumber("idx", idx);
        }

        writer.WriteString("img_path", ImagePath);
        writer.WriteString("question", Question);
        writer.WriteString("answer", Answer);
    }

    /// <summary>Reads an answers file and finds each answer's place in the PIE file.</summary>
    /// <param name="path">The answers. Without <c>idx</c> they go by image and question, repeated ones in order.</param>
    /// <param name="questions">The PIE file.</param>
    /// <returns>Answers by the questions' places; questions without an answer are absent.</returns>
    /// <exception cref="PralineException">An answer belongs to no question, or two to the same one.</exception>
    public static SortedDictionary<int, PieAnswer> ReadFile(string path, IReadOnlyList<PieQuestion> questions)
    {
        var answers = new SortedDictionary<int, PieAnswer>();
        var open = questions.Select((q, i) => (Key: Key(q.ImageId, q.Question), Index: i)).GroupBy(q => q.Key)
            .ToDictionary(g => g.Key, g => new Queue<int>(g.Select(q => q.Index)));
        foreach (var row in JsonLines.ReadRows(path))
        {
            var answer = Read(row);
            int index;
            if (answer.Idx is { } given)
            {
                index = given >= 0 && given < questions.Count && questions[given].Question == answer.Question
                    ? given
                    : throw row.Error(
                        "idx", $"the PIE file has no question \"{answer.Question}\" at {given}. Is this the PIE file that was answered?");
            }
            else if (!open.TryGetValue(Key(answer.ImagePath, answer.Question), out var places) || !places.TryDequeue(out index))
            {
                throw row.Error("question", $"the PIE file has no (further) question \"{answer.Question}\" on {answer.ImagePath}.");
            }

            if (!answers.TryAdd(index, answer with { Idx = index }))
            {
                throw row.Error("idx", $"question {index} was answered before.");
            }
        }

        return answers;
    }

    private static (string, string) Key(string image, string question) => (Path.GetFileNameWithoutExtension(image), question);
}
