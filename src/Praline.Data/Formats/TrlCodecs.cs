using System.Text.Json;
using Praline.Data.Rows;

namespace Praline.Data.Formats;

/// <summary>
/// TRL's preference rows: <c>prompt</c>, <c>chosen</c>, <c>rejected</c>, each a text or a list of messages, in any mixture (UltraFeedback binarized has a
/// text and two lists). Without a prompt it is what chosen and rejected share at their beginning, as TRL's <c>extract_prompt</c> takes it.
/// </summary>
internal abstract class TrlRows : Codec
{
    internal override Sample Read(Row row, DataOptions options)
    {
        row.Know("prompt_id");
        if (row.Is<FieldValue.List>("messages"))
        {
            row.Know("messages"); // UltraFeedback repeats the chosen conversation there
        }

        var lists = row.Is<FieldValue.List>("chosen");
        if (row.Is<FieldValue.List>("rejected") != lists)
        {
            throw row.Error("rejected", $"{(lists ? "a list of messages" : "a text")} as in chosen", row.Find("rejected")?.Describe() ?? "nothing");
        }

        var (prompt, chosen, rejected) = lists ? Conversations(row) : Texts(row, options);
        return Build(row, prompt, MediaFields.Beside(row), Sides(row, chosen, rejected));
    }

    private static (IReadOnlyList<Message> Prompt, string Chosen, string Rejected) Texts(Row row, DataOptions options)
    {
        var (chosen, rejected) = (Messages.AnswerText(row, "chosen"), Messages.AnswerText(row, "rejected"));
        if (row.Has("prompt"))
        {
            return (row.Is<FieldValue.List>("prompt") ? Messages.List(row, "prompt") : [Messages.User(row, "prompt")], chosen, rejected);
        }

        var shared = chosen.AsSpan().CommonPrefixLength(rejected);
        shared -= shared > 0 && shared < Math.Min(chosen.Length, rejected.Length) && chosen[shared - 1] == ' ' ? 1 : 0;
        return shared > 0
            ? ([new Message("user", [new Piece(chosen[..shared])])], chosen[shared..], rejected[shared..])
            : options.Question is { } question ? ([new Message("user", MediaMarks.Split(question))], chosen, rejected)
            : throw row.Error("prompt", "a prompt, or one that chosen and rejected begin with", "neither");
    }

    private static (IReadOnlyList<Message> Prompt, string Chosen, string Rejected) Conversations(Row row)
    {
        var (chosen, rejected) = (Messages.List(row, "chosen"), Messages.List(row, "rejected"));
        var prompt = !row.Has("prompt") ? [] : row.Is<FieldValue.List>("prompt") ? Messages.List(row, "prompt") : [Messages.User(row, "prompt")];
        var shared = chosen.Zip(rejected).TakeWhile(m => m.First.SameAs(m.Second)).Count();
        if (shared > 0)
        {
            // Both conversations are whole. A prompt beside them repeats what they share, or its last turn (UltraFeedback).
            if (prompt.Count > 0 && !(prompt.Count <= shared && prompt.Zip(chosen.Take(shared).Skip(shared - prompt.Count)).All(m => m.First.SameAs(m.Second))))
            {
                throw row.Error("prompt", "the same messages as at the beginning of chosen and rejected", "others", "Correct the prompt, or leave it out.");
            }

            prompt = [.. chosen.Take(shared)];
        }

        return (prompt, Answer(row, "chosen", [.. chosen.Skip(shared)]), Answer(row, "rejected", [.. rejected.Skip(shared)]));
    }

    private static string Answer(Row row, string field, Message[] messages) => messages is [var answer]
        ? Messages.AnswerText(row, field, answer)
        : throw row.Error(field, "one message of the assistant after what both conversations share",
            messages.Length == 0 ? "none" : string.Join(", ", messages.Select(m => m.Role)), "Conversations may differ in their last message alone.");
}

/// <summary>TRL's rows of texts.</summary>
internal sealed class TrlCodec : TrlRows
{
    internal override string Name => "trl";

    internal override bool Recognises(Row row) =>
        row.Is<FieldValue.Text>("chosen") && (row.Has("rejected") || row.Has("prompt")) && !row.Has("question") && !row.Has("instruction") && !row.Has("conversations");

    internal override void Write(Utf8JsonWriter writer, Sample sample, int index)
    {
        var (question, pair) = (Written.OnlyQuestion(this, sample), Written.Pair(this, sample));
        writer.WriteString("prompt", question.MarkedText);
        writer.WriteString("chosen", pair.Chosen.Text);
        writer.WriteString("rejected", pair.Rejected.Text);
        Written.MediaAndScores(writer, this, sample, pair);
    }
}

/// <summary>TRL's rows of messages; media are typed parts in them and files in <c>images</c> and <c>videos</c>.</summary>
internal sealed class TrlConversationalCodec : TrlRows
{
    internal override string Name => "trl-conversational";

    internal override bool Recognises(Row row) => row.Is<FieldValue.List>("chosen") && row.Has("rejected") && !row.Has("conversations");

    internal override void Write(Utf8JsonWriter writer, Sample sample, int index)
    {
        var pair = Written.Pair(this, sample);
        writer.WriteStartArray("prompt");
        if (sample.System is { } system)
        {
            Written.TypedMessage(writer, "system", [new Part.Text(system)], "text");
        }

        foreach (var turn in sample.Turns)
        {
            Written.TypedMessage(writer, Written.Role(turn), turn.Parts, "text");
        }

        writer.WriteEndArray();
        foreach (var (field, answer) in new[] { ("chosen", pair.Chosen), ("rejected", pair.Rejected) })
        {
            writer.WriteStartArray(field);
            Written.TypedMessage(writer, "assistant", [new Part.Text(answer.Text)], "text");
            writer.WriteEndArray();
        }

        Written.MediaAndScores(writer, this, sample, pair);
    }
}

/// <summary>TRL's rows of one completion: <c>prompt</c> and <c>completion</c>, with KTO's <c>label</c> or without.</summary>
internal sealed class TrlCompletionCodec : Codec
{
    internal override string Name => "trl-completion";

    internal override bool IsWritten => false;

    internal override bool Recognises(Row row) => row.Has("prompt") && row.Has("completion");

    internal override Sample Read(Row row, DataOptions options)
    {
        var completion = row.Is<FieldValue.List>("completion") ? Messages.List(row, "completion") : [new Message("assistant", MediaMarks.Split(row.Text("completion")))];
        var answer = completion is [var only] ? Messages.AnswerText(row, "completion", only)
            : throw row.Error("completion", "one message of the assistant", $"{completion.Count} messages");
        return Build(
            row, row.Is<FieldValue.List>("prompt") ? Messages.List(row, "prompt") : [Messages.User(row, "prompt")], MediaFields.Beside(row),
            new Answer(answer) { Label = row.OptionalFlag("label"), Score = row.OptionalNumber("score") });
    }
}
