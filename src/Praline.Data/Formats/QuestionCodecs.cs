using System.Text;
using System.Text.Json;
using Praline.Data.Rows;

namespace Praline.Data.Formats;

/// <summary>
/// RLAIF-V's rows (Yu et al. 2024, arXiv 2405.17220): <c>question</c>, <c>chosen</c>, <c>rejected</c> as texts and <c>image</c>; RLHF-V's (arXiv 2312.00849)
/// hold the three texts as JSON in a field <c>text</c>. Videos and scores go as in TRL's rows.
/// </summary>
internal sealed class RlaifCodec : Codec
{
    internal override string Name => "rlaif-v";

    internal override bool Recognises(Row row) => (row.Has("question") && row.Has("chosen") && row.Has("rejected"))
        || (row.Value.Fields.GetValueOrDefault("text") is FieldValue.Text text && text.Value.Contains("\"rejected\"", StringComparison.Ordinal));

    internal override Sample Read(Row row, DataOptions options)
    {
        row.Know("ds_name", "origin_dataset", "origin_split");
        var texts = row.Has("question") ? row : row.Child("text", PlainJson.Parse(Encoding.UTF8.GetBytes(row.Text("text")), row.Source));
        var media = MediaFields.Beside(row);
        if (row.Find("image_path") is { } path)
        {
            // RLAIF-V repeats the image's name beside its bytes; alone it names the image.
            media = media.All(m => m.IsVideo) ? [.. media, .. MediaFields.Of(row, isVideo: false, "image_path")]
                : media is [{ Embedded: not null }] || (path is FieldValue.Text text && media is [{ Name: var name }] && name == text.Value) ? media
                : throw row.Error("image_path", "the image that image names", path.Describe(), "Keep one of the two.");
        }

        return Build(row, [Messages.User(texts, "question")], media, Sides(row, Messages.AnswerText(texts, "chosen"), Messages.AnswerText(texts, "rejected")));
    }

    internal override void Write(Utf8JsonWriter writer, Sample sample, int index)
    {
        var (question, pair) = (Written.OnlyQuestion(this, sample), Written.Pair(this, sample));
        writer.WriteString("question", question.MarkedText);
        writer.WriteString("chosen", pair.Chosen.Text);
        writer.WriteString("rejected", pair.Rejected.Text);
        Written.MediaAndScores(writer, this, sample, pair);
    }
}

/// <summary>
/// A question and one answer: <c>question</c> (or <c>prompt</c>), <c>answer</c>; with MACAROON's <c>condition</c> or KTO's <c>label</c>, or without.
/// Media are <c>video</c> (with <c>frame_range</c>), <c>image</c> and their plurals.
/// </summary>
internal sealed class QuestionAnswerCodec : Codec
{
    internal override string Name => "question-answer";

    internal override bool IsWritten => false;

    internal override bool Recognises(Row row) => row.Has("answer") && (row.Has("question") || row.Has("prompt"));

    internal override Sample Read(Row row, DataOptions options)
    {
        row.Know("duration");
        row.Id = row.Is<FieldValue.Text>("video_name") ? row.Text("video_name") : null;
        var media = MediaFields.Beside(row);
        return Build(
            row, [Messages.Question(row, options, "question", "prompt")], media.Any(m => m.IsVideo) ? media : [.. media, .. MediaFields.Of(row, isVideo: true, "video_name")],
            new Answer(Messages.AnswerText(row, "answer"))
            {
                Condition = row.OptionalText("condition"),
                Label = row.OptionalFlag("label"),
                Score = row.OptionalNumber("score"),
            });
    }
}

/// <summary>Ranked answers: <c>question</c> (or <c>prompt</c>) and <c>responses</c>, best first or with <c>scores</c>.</summary>
internal sealed class RankedCodec : Codec
{
    internal override string Name => "ranked";

    internal override bool IsWritten => false;

    internal override bool Recognises(Row row) => row.Is<FieldValue.List>("responses");

    internal override Sample Read(Row row, DataOptions options)
    {
        var responses = row.Texts("responses");
        var scores = row.Has("scores") ? row.OptionalNumbers("scores") : null;
        if (scores is not null && scores.Count != responses.Count)
        {
            throw row.Error("scores", $"{responses.Count} numbers, one for each response", $"{scores.Count}");
        }

        if (scores is not null && scores.Contains(null))
        {
            throw row.Error("scores", "a score for each response", "null", "Leave out the response that was not scored.");
        }

        var order = Enumerable.Range(0, responses.Count).ToArray();
        order = scores is null ? order : [.. order.OrderByDescending(i => scores[i])];
        foreach (var (i, response) in responses.Index())
        {
            if (MediaMarks.Split(response).Any(p => p.Text is null))
            {
                throw row.Error($"responses[{i}]", "an answer of text alone", "a mark for a medium in it");
            }
        }

        return Build(row, [Messages.Question(row, options, "question", "prompt")], MediaFields.Beside(row),
            [.. order.Select((i, rank) => new Answer(responses[i]) { Rank = scores is null ? rank + 1 : null, Score = scores?[i] })]);
    }
}

/// <summary>
/// Alpaca's rows as LLaMA-Factory reads them: <c>instruction</c>, <c>input</c>, <c>system</c>, <c>history</c> (pairs of texts), and <c>output</c>, or
/// <c>chosen</c> and <c>rejected</c>; <c>kto_tag</c> for KTO.
/// </summary>
internal sealed class AlpacaCodec : Codec
{
    internal override string Name => "alpaca";

    internal override bool IsWritten => false;

    internal override bool Recognises(Row row) => row.Is<FieldValue.Text>("instruction") && (row.Has("output") || row.Has("chosen"));

    internal override Sample Read(Row row, DataOptions options)
    {
        var history = row.Find("history") is null ? [] : Need<FieldValue.List>(row, "history", row.Find("history")!).Items.SelectMany((turn, i) =>
            turn is FieldValue.List { Items: [FieldValue.Text question, FieldValue.Text answer] }
                ? new[] { new Message("user", MediaMarks.Split(question.Value)), new Message("assistant", MediaMarks.Split(answer.Value)) }
                : throw row.Error($"history[{i}]", "a question and an answer", turn.Describe()));
        var input = row.OptionalText("input") ?? "";
        var instruction = row.Text("instruction");
        var question = new Message("user", MediaMarks.Split(input.Length > 0 ? $"{instruction}\n{input}" : instruction));
        Answer[] answers = row.Has("chosen") || row.Has("rejected")
            ? Sides(row, Messages.AnswerText(row, "chosen"), Messages.AnswerText(row, "rejected"))
            : row.Is<FieldValue.List>("output")
            ? [.. row.Texts("output").Select((text, i) => new Answer(text) { Rank = i + 1 })]
            : [new Answer(Messages.AnswerText(row, "output")) { Label = row.OptionalFlag("kto_tag") ?? row.OptionalFlag("label") }];
        return Build(row, [.. history, question], MediaFields.Beside(row), answers);
    }

    private static T Need<T>(Row row, string field, FieldValue value)
        where T : FieldValue => value as T ?? throw row.Error(field, "a list of pairs of texts", value.Describe());
}
