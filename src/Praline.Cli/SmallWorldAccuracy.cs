using System.Text.Json;
using Praline.Evaluation;
using Praline.SmallWorld;

namespace Praline.Cli;

/// <summary>Accuracy on the small world's plain questions, judged exactly by <c>topic</c> and <c>value</c>.</summary>
internal sealed class SmallWorldAccuracy : IGeneralScorer
{
    public string Name => "accuracy";

    public string Definition => "Share of plain questions answered right: the answer names the true colour, shape, size, place or number, and no other.";

    public double Score(GeneralQuestion question, string answer) =>
        PlainAnswerJudge.IsRight(new ImageQuestion(QuestionType.Plain, question.Question, Text(question, "topic"), null, Text(question, "value")), answer) ? 1 : 0;

    private static string Text(GeneralQuestion question, string field) =>
        question.Row.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw new PralineException($"The small world's questions have a field \"{field}\", and \"{question.Question}\" has none: choose another judge.");
}
