using System.Text.Json;

namespace Praline.Training.Data;

/// <summary>
/// Reads the rows of the papers' files and of TRL's for each kind of training:
/// <list type="bullet">
/// <item>SynPO's pairs: <c>video_name</c>, <c>question</c>, <c>pos_pre</c>, <c>neg_pre</c>, <c>pos_score</c>, <c>neg_score</c>;</item>
/// <item>MACAROON's conversations: <c>image</c>, <c>conversations[0].value</c> the question, <c>conversations[1].value</c> an answer or
/// <c>{"preferred": …, "rejected": …}</c> or one of the two;</item>
/// <item>TRL's: <c>prompt</c>, <c>chosen</c>, <c>rejected</c>, or <c>completion</c> and <c>label</c>;</item>
/// <item>supervised rows: <c>question</c>, <c>answer</c>; rankings: <c>responses</c> (best first, or with <c>scores</c>).</item>
/// </list>
/// Media are <c>video</c> or <c>video_name</c> (with <c>frame_range</c>), <c>image</c> or <c>images</c>.
/// </summary>
public sealed class RowReaders(MediaFinder media, string defaultQuestion)
{
    private const string Preferred = "preferred", Rejected = "rejected";

    /// <summary>A question and one answer; of pairs, the chosen one.</summary>
    /// <exception cref="PralineException">A field is missing or of the wrong kind.</exception>
    public ExampleText Supervised(DataRow row)
    {
        if (row.Has("conversations"))
        {
            var (history, question, answer) = Conversation(row);
            return Text(row, question, [answer.ValueKind == JsonValueKind.Object ? Side(row, answer, Preferred) : Plain(row, answer)]) with { History = history };
        }

        var text = row.OptionalText("pos_pre") ?? row.OptionalText("chosen") ?? row.OptionalText("answer") ?? row.OptionalText("completion");
        return Text(row, Question(row), [text ?? throw row.Error("answer", "a text", "nothing")]);
    }

    /// <summary>
    /// Answers under conditions, as MACAROON's conditional training takes them: the sides that the row has, both answers of a pair, or a plain
    /// answer with a <c>condition</c> of its own.
    /// </summary>
    /// <exception cref="PralineException">A field is missing or of the wrong kind.</exception>
    public ExampleText Conditional(DataRow row)
    {
        if (row.Has("conversations") && Conversation(row) is { Answer.ValueKind: JsonValueKind.Object } turn)
        {
            var sides = turn.Answer.EnumerateObject().ToArray();
            return Text(row, turn.Question, [.. sides.Select(side => Plain(row, side.Value))]) with { History = turn.History, Conditions = [.. sides.Select(side => side.Name)] };
        }

        if (row.Has("answer") && row.Has("condition"))
        {
            return Text(row, Question(row), [row.Text("answer")]) with { Conditions = [row.Text("condition")] };
        }

        return Pair(row) with { Conditions = [Preferred, Rejected] };
    }

    /// <summary>A question, a preferred and another answer.</summary>
    /// <exception cref="PralineException">A field is missing or of the wrong kind.</exception>
    public ExampleText Pair(DataRow row)
    {
        if (row.Has("conversations"))
        {
            var (history, question, answer) = Conversation(row);
            return Text(row, question, [Side(row, answer, Preferred), Side(row, answer, Rejected)]) with { History = history };
        }

        return Text(row, Question(row), [row.OptionalText("pos_pre") ?? row.Text("chosen"), row.OptionalText("neg_pre") ?? row.Text("rejected")]) with
        {
            Gap = row.OptionalNumber("pos_score") - row.OptionalNumber("neg_score"),
        };
    }

    /// <summary>Whether a row has a preferred and another answer.</summary>
    public static bool IsPair(DataRow row) => row.Has("conversations")
        ? Conversation(row).Answer is { ValueKind: JsonValueKind.Object } answer && answer.TryGetProperty(Preferred, out _) && answer.TryGetProperty(Rejected, out _)
        : (row.Has("pos_pre") || row.Has("chosen")) && (row.Has("neg_pre") || row.Has("rejected"));

    /// <summary>A question and a rated answer (<c>label</c>); a pair gives both its answers.</summary>
    /// <exception cref="PralineException">A field is missing or of the wrong kind.</exception>
    public IReadOnlyList<ExampleText> Rated(DataRow row)
    {
        if (row.Has("label"))
        {
            return [Supervised(row) with { Desirable = row.OptionalBool("label") }];
        }

        var pair = Pair(row);
        return
        [
            pair with { Id = pair.Id + "/chosen", Responses = [pair.Responses[0]], Desirable = true },
            pair with { Id = pair.Id + "/rejected", Responses = [pair.Responses[1]], Desirable = false },
        ];
    }

    /// <summary>A question and its ranked answers, best first.</summary>
    /// <exception cref="PralineException">A field is missing or of the wrong kind, or there are fewer than two responses.</exception>
    public ExampleText Ranking(DataRow row)
    {
        var responses = row.OptionalTexts("responses") ?? Pair(row).Responses;
        if (responses.Count < 2)
        {
            throw row.Error("responses", "at least two texts", $"{responses.Count}");
        }

        if (!row.Has("scores"))
        {
            return Text(row, Question(row), responses);
        }

        double[] scores = [.. row.Json.GetProperty("scores").EnumerateArray().Select(s => s.GetDouble())];
        if (scores.Length != responses.Count)
        {
            throw row.Error("scores", $"{responses.Count} numbers, one for each response", $"{scores.Length}");
        }

        var order = Enumerable.Range(0, scores.Length).OrderByDescending(i => scores[i]).ToArray();
        return Text(row, Question(row), [.. order.Select(i => responses[i])]) with { Gap = scores[order[0]] - scores[order[^1]] };
    }

    private static string Id(DataRow row) => row.Has("id") && row.Json.GetProperty("id").ValueKind == JsonValueKind.Number
        ? row.Json.GetProperty("id").GetRawText()
        : row.OptionalText("id") ?? row.OptionalText("video_name") ?? row.Where;

    private static string Side(DataRow row, JsonElement answer, string side) =>
        answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty(side, out var text)
            ? Plain(row, text)
            : throw row.Error("conversations", $"an answer with \"{side}\"", answer.GetRawText());

    private static string Plain(DataRow row, JsonElement text) =>
        text.ValueKind == JsonValueKind.String ? text.GetString()! : throw row.Error("conversations", "texts as values", text.GetRawText());

    private static string WithoutMark(string question) => question.Replace("<image>\n", "").Replace("\n<image>", "").Replace("<image>", "");

    private static (IReadOnlyList<Turn> History, string Question, JsonElement Answer) Conversation(DataRow row)
    {
        var turns = row.Json.GetProperty("conversations");
        if (turns.ValueKind != JsonValueKind.Array || turns.GetArrayLength() == 0 || turns.GetArrayLength() % 2 != 0)
        {
            throw row.Error("conversations", "turns of questions and answers, one after the other", turns.GetRawText());
        }

        var values = turns.EnumerateArray().Select(turn => turn.TryGetProperty("value", out var value)
            ? value
            : throw row.Error("conversations", "turns with a 'value'", turn.GetRawText())).ToArray();
        var history = values.Take(values.Length - 2).Chunk(2).Select(pair => new Turn(WithoutMark(Plain(row, pair[0])), Plain(row, pair[1])));
        return ([.. history], WithoutMark(Plain(row, values[^2])), values[^1]);
    }

    private string Question(DataRow row) => WithoutMark(row.OptionalText("question") ?? row.OptionalText("prompt") ?? defaultQuestion);

    private ExampleText Text(DataRow row, string question, IReadOnlyList<string> responses) => new(Id(row), media.Find(row), question, responses);
}
