using System.Text.Json;
using Praline.Data.Rows;

namespace Praline.Data.Formats;

/// <summary>LLaMA-Factory's ShareGPT preference rows: <c>conversations</c>, and <c>chosen</c> and <c>rejected</c> as one message each.</summary>
internal sealed class LlamaFactoryCodec : Codec
{
    internal override string Name => "llama-factory";

    internal override bool Recognises(Row row) => row.Has("conversations") && row.Has("chosen") && row.Has("rejected");

    internal override Sample Read(Row row, DataOptions options)
    {
        string Side(string field) => row.Is<FieldValue.Text>(field)
            ? Messages.AnswerText(row, field)
            : Messages.AnswerText(row, field, Messages.One(row.Object(field), options.Tags ?? Messages.ShareGpt));
        return Build(row, Messages.List(row, "conversations", options.Tags ?? Messages.ShareGpt), MediaFields.Beside(row), Sides(row, Side("chosen"), Side("rejected")));
    }

    internal override void Write(Utf8JsonWriter writer, Sample sample, int index)
    {
        var pair = Written.Pair(this, sample);
        writer.WriteStartArray("conversations");
        foreach (var turn in sample.Turns)
        {
            Written.Message(writer, "from", turn.Role == Role.User ? "human" : "gpt", "value", turn.MarkedText);
        }

        writer.WriteEndArray();
        foreach (var (field, answer) in new[] { ("chosen", pair.Chosen), ("rejected", pair.Rejected) })
        {
            writer.WritePropertyName(field);
            Written.Message(writer, "from", "gpt", "value", answer.Text);
        }

        if (sample.System is { } system)
        {
            writer.WriteString("system", system);
        }

        Written.MediaAndScores(writer, this, sample, pair);
    }
}

/// <summary>ms-swift's rows: <c>messages</c> whose last is the chosen answer, and <c>rejected_response</c> or <c>rejected_messages</c>.</summary>
internal sealed class SwiftCodec : Codec
{
    internal override string Name => "ms-swift";

    internal override bool Recognises(Row row) => row.Has("messages") && (row.Has("rejected_response") || row.Has("rejected_messages"));

    internal override Sample Read(Row row, DataOptions options)
    {
        var messages = Messages.List(row, "messages", options.Tags);
        var chosen = Messages.AnswerText(row, "messages", messages[^1]);
        if (row.Has("rejected_response"))
        {
            return Build(row, [.. messages.SkipLast(1)], MediaFields.Beside(row), Sides(row, chosen, Messages.AnswerText(row, "rejected_response")));
        }

        var rejected = Messages.List(row, "rejected_messages", options.Tags);
        return rejected.Count == 1 || (rejected.Count == messages.Count && rejected.SkipLast(1).Zip(messages).All(m => m.First.SameAs(m.Second)))
            ? Build(row, [.. messages.SkipLast(1)], MediaFields.Beside(row), Sides(row, chosen, Messages.AnswerText(row, "rejected_messages", rejected[^1])))
            : throw row.Error("rejected_messages", "the same messages as in messages up to the last one", "others");
    }

    internal override void Write(Utf8JsonWriter writer, Sample sample, int index)
    {
        var pair = Written.Pair(this, sample);
        writer.WriteStartArray("messages");
        if (sample.System is { } system)
        {
            Written.Message(writer, "role", "system", "content", system);
        }

        foreach (var turn in sample.Turns)
        {
            Written.Message(writer, "role", Written.Role(turn), "content", turn.MarkedText);
        }

        Written.Message(writer, "role", "assistant", "content", pair.Chosen.Text);
        writer.WriteEndArray();
        writer.WriteString("rejected_response", pair.Rejected.Text);
        Written.MediaAndScores(writer, this, sample, pair);
    }
}

/// <summary>LLaMA-Factory's newer rows: two whole conversations of typed parts that differ in the last message.</summary>
internal sealed class ContentPartsCodec : Codec
{
    internal override string Name => "content-parts";

    internal override bool Recognises(Row row) => row.Has("chosen_messages");

    internal override Sample Read(Row row, DataOptions options)
    {
        var (chosen, rejected) = (Messages.List(row, "chosen_messages"), Messages.List(row, "rejected_messages"));
        return chosen.Count == rejected.Count && chosen.SkipLast(1).Zip(rejected).All(m => m.First.SameAs(m.Second))
            ? Build(row, [.. chosen.SkipLast(1)], MediaFields.Beside(row),
                Sides(row, Messages.AnswerText(row, "chosen_messages", chosen[^1]), Messages.AnswerText(row, "rejected_messages", rejected[^1])))
            : throw row.Error("rejected_messages", "the same messages as in chosen_messages up to the last one", "others");
    }

    internal override void Write(Utf8JsonWriter writer, Sample sample, int index)
    {
        var pair = Written.Pair(this, sample);
        foreach (var (field, answer) in new[] { ("chosen_messages", pair.Chosen), ("rejected_messages", pair.Rejected) })
        {
            writer.WriteStartArray(field);
            if (sample.System is { } system)
            {
                Written.TypedMessage(writer, "system", [new Part.Text(system)], "value");
            }

            foreach (var turn in sample.Turns)
            {
                Written.TypedMessage(writer, Written.Role(turn), turn.Parts, "value");
            }

            Written.TypedMessage(writer, "assistant", [new Part.Text(answer.Text)], "value");
            writer.WriteEndArray();
        }

        Written.MediaAndScores(writer, this, sample, pair);
    }
}

/// <summary>
/// Conversations whose last message is the answer: OpenAI's <c>messages</c> (TRL, ms-swift) and LLaVA's <c>conversations</c>, with KTO's
/// <c>label</c> or LLaMA-Factory's <c>kto_tag</c>, or without.
/// </summary>
internal sealed class ConversationCodec(string name, string list) : Codec
{
    internal override string Name => name;

    internal override bool IsWritten => false;

    internal override bool Recognises(Row row) => row.Is<FieldValue.List>(list);

    internal override Sample Read(Row row, DataOptions options)
    {
        var messages = Messages.List(row, list, options.Tags ?? (list == "messages" ? Messages.OpenAi : Messages.ShareGpt));
        var label = row.OptionalFlag("label") ?? row.OptionalFlag("kto_tag");
        return Build(row, [.. messages.SkipLast(1)], MediaFields.Beside(row), new Answer(Messages.AnswerText(row, list, messages[^1])) { Label = label });
    }
}

/// <summary>
/// MACAROON's rows: <c>image</c>, and <c>conversations</c> whose last value holds <c>preferred</c> and <c>rejected</c>, or one of the two
/// (<c>preference_dataset_seperate.json</c>), each a condition.
/// </summary>
internal sealed class MacaroonCodec : Codec
{
    internal override string Name => "macaroon";

    internal override bool Recognises(Row row) => row.Value.Fields.GetValueOrDefault("conversations") is FieldValue.List { Items: [.., FieldValue.Map last] }
        && last.Fields.GetValueOrDefault("value") is FieldValue.Map;

    internal override Sample Read(Row row, DataOptions options)
    {
        var turns = row.Rows("conversations");
        turns[^1].Know("from");
        var sides = turns[^1].Object("value");
        string[] names = [.. sides.Value.Fields.Keys];
        foreach (var name in names.Where(name => Columns.LooksLikeMedia(name, sides.Value.Fields[name], hasMedia: false)))
        {
            throw sides.Error(name, "an answer under a condition", $"what looks like media ({sides.Value.Fields[name].Describe()})");
        }

        bool isPair = sides.Has("preferred") && sides.Has("rejected");
        Answer[] answers = [.. names.Select(name => new Answer(Messages.AnswerText(sides, name))
        {
            Condition = name,
            Rank = isPair && names.Length == 2 ? name == "preferred" ? 1 : 2 : null,
            Score = !isPair ? null : name == "preferred" ? row.OptionalNumber("score_chosen") : name == "rejected" ? row.OptionalNumber("score_rejected") : null,
        })];
        return answers.Length == 0
            ? throw sides.Error("", "preferred and rejected, or one of them", "neither")
            : Build(row, [.. turns.SkipLast(1).Select(t => Messages.One(t, Messages.ShareGpt))], MediaFields.Beside(row),
                isPair && names.Length == 2 ? [.. answers.OrderBy(a => a.Rank)] : answers);
    }

    internal override void Write(Utf8JsonWriter writer, Sample sample, int index)
    {
        var pair = Written.Pair(this, sample);
        MediaReference[] media = [.. sample.Media];
        if (sample.System is not null || media.Length > 1 || media.Any(m => m.IsVideo))
        {
            throw Written.CannotSay(this, sample, "one image and no system text", sample.System is null ? "other media" : "a system text");
        }

        writer.WriteNumber("id", index);
        if (media is [var image])
        {
            writer.WriteString("image", Written.Name(this, sample, image));
        }

        writer.WriteStartArray("conversations");
        foreach (var (i, turn) in sample.Turns.Index())
        {
            // The mark is no part of these texts: MACAROON's template puts it before the first question.
            if (i > 0 && turn.Media.Any())
            {
                throw Written.CannotSay(this, sample, "the image at the first question", "one at a later turn");
            }

            Written.Message(writer, "from", turn.Role == Role.User ? "human" : "gpt", "value", Written.TextAfterMedia(this, sample, turn));
        }

        writer.WriteStartObject();
        writer.WriteString("from", "gpt");
        writer.WriteStartObject("value");
        writer.WriteString("preferred", pair.Chosen.Text);
        writer.WriteString("rejected", pair.Rejected.Text);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteEndArray();
        Written.Scores(writer, pair);
    }
}
