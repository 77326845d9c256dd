using Praline.Models.Generation;
using Praline.Models.Multimodal;
using Praline.Text.ChatTemplates;
using Praline.Text.Tokenizers;
using PromptTokens = Praline.Models.Multimodal.PromptTokens;

namespace Praline.Inference;

/// <summary>
/// From messages to what the language model reads: by the checkpoint's chat template; without one, in its family's form, turn by turn.
/// </summary>
internal sealed class PromptWriter(string folder, Tokenizer tokenizer, VisionLanguageModel? vision)
{
    private readonly Lazy<ChatTemplate?> _template = new(() => ChatTemplate.Load(folder));

    /// <summary>The prompt of a conversation, whose media are encoded (in the messages' order).</summary>
    /// <exception cref="InvalidRequestException">The template refuses the conversation, or it has marks of images that are not there.</exception>
    internal PreparedPrompt Write(IReadOnlyList<Message> messages, IReadOnlyList<EncodedMedia> media, IReadOnlyDictionary<string, object?> variables)
    {
        string text;
        try
        {
            text = Text(messages, media, variables);
        }
        catch (ChatTemplateException error)
        {
            throw new InvalidRequestException($"The chat template refuses the messages: {error.Message}", "messages");
        }

        return Tokenize(text, media);
    }

    /// <summary>A text as it is.</summary>
    internal PreparedPrompt Raw(string text) => Tokenize(text, []);

    private PreparedPrompt Tokenize(string text, IReadOnlyList<EncodedMedia> media)
    {
        if (vision is null)
        {
            // Templates may write the begin token that the tokenizer would put there too.
            var begins = tokenizer.SpecialTokens.TryGetValue("bos_token", out var begin) && text.StartsWith(begin, StringComparison.Ordinal);
            var ids = tokenizer.Encode(text, addSpecialTokens: !begins);
            return new PreparedPrompt(new GenerationPrompt { TokenIds = ids }, ids.Length);
        }

        var tokens = vision.Tokenize(text);
        var marks = media.Sum(m => m.Features.Counts.Count);
        if (tokens.ImageCount != marks)
        {
            throw new InvalidRequestException(
                $"The text has {tokens.ImageCount} marks of images, its media ask for {marks}. Leave {VisionLanguageModel.ImageMark} out of the text, it is put in for each medium.",
                "messages");
        }

        var keys = Keys(tokens, media);
        return new PreparedPrompt(
            new GenerationPrompt
            {
                TokenIds = [.. tokens.Ids.Where(id => id != PromptTokens.ImageToken)],
                Keys = keys,
                Embed = () =>
                {
                    var prompt = vision.EmbedPrompt(tokens, media.Count switch
                    {
                        0 => null,
                        1 => media[0].Features,
                        _ => VisionFeatures.Concat([.. media.Select(m => m.Features)]),
                    });
                    return (prompt.Embeddings, prompt.PositionIds);
                },
            },
            keys.Length);
    }

    /// <summary>Names of the tokens: ids of text; of a medium's features the medium and their number.</summary>
    private static ulong[] Keys(PromptTokens tokens, IReadOnlyList<EncodedMedia> media)
    {
        var marks = media.SelectMany(m => m.Features.Counts.Select((count, i) => (m.Number, First: m.Features.Counts.Take(i).Sum(), Count: count))).ToList();
        var keys = new List<ulong>(tokens.Ids.Count);
        var mark = 0;
        foreach (var id in tokens.Ids)
        {
            if (id != PromptTokens.ImageToken)
            {
                keys.Add((uint)id);
                continue;
            }

            var (number, first, count) = marks[mark++];
            for (var i = 0; i < count; i++)
            {
                keys.Add((number + ((ulong)(first + i) * 0x9E3779B97F4A7C15)) | (1UL << 63));
            }
        }

        return [.. keys];
    }

    private string Text(IReadOnlyList<Message> messages, IReadOnlyList<EncodedMedia> media, IReadOnlyDictionary<string, object?> variables)
    {
        if (_template.Value is { } template)
        {
            try
            {
                return Render(template, messages, media, variables);
            }
            catch (ChatTemplateException) when (messages is [{ Role: "system" } system, { Role: "user" } first, ..])
            {
                // Some templates know no system turn.
                return Render(template, [first with { Parts = [$"{system.Text}\n\n", .. first.Parts] }, .. messages.Skip(2)], media, variables);
            }
        }

        if (variables.Count > 0)
        {
            throw new InvalidRequestException($"{folder} has no chat template, so {string.Join(", ", variables.Keys)} can't be used.", variables.Keys.First());
        }

        return Plain(messages, media);
    }

    private string Render(
        ChatTemplate template, IReadOnlyList<Message> messages, IReadOnlyList<EncodedMedia> media, IReadOnlyDictionary<string, object?> variables)
    {
        var next = 0;
        ChatMessage Write(Message message) => message.Parts.All(part => part.Media is null)
            ? new ChatMessage(message.Role, message.Text)
            : new ChatMessage(message.Role,
                [.. message.Parts.SelectMany(part => part.Media is null ? [ChatPart.OfText(part.Text!)] : Marks(media[next++]))]);
        return template.Render(
            [.. messages.Select(Write)], addGenerationPrompt: true,
            [.. tokenizer.SpecialTokens.Select(token => new KeyValuePair<string, object?>(token.Key, token.Value)), .. variables]);
    }

    private IEnumerable<ChatPart> Marks(EncodedMedia media) =>
        Enumerable.Repeat(vision!.MediaPart(media.Features.Kind), media.Features.Counts.Count);

    private string Plain(IReadOnlyList<Message> messages, IReadOnlyList<EncodedMedia> media)
    {
        var (text, before, next) = ("", "", 0);
        foreach (var message in messages)
        {
            if (message.Role == "assistant")
            {
                text += $" {message.Text}{tokenizer.SpecialTokens.GetValueOrDefault("eos_token")}";
                continue;
            }

            var shown = media.Skip(next).Take(message.Parts.Count(part => part.Media is not null)).ToList();
            next += shown.Count;
            if (message.Role == "system" && shown.Count == 0)
            {
                before += message.Text + "\n\n";
                continue;
            }

            var (question, marks) = (before + message.Text, shown.Sum(m => m.Features.Counts.Count));
            text += vision?.FormatPrompt(question, marks, shown.Count > 0 ? shown[0].Features.Kind : MediaKind.Images) ?? $"USER: {question} ASSISTANT:";
            before = "";
        }

        return before.Length > 0 ? text + (vision?.FormatPrompt(before.Trim(), 0) ?? $"USER: {before.Trim()} ASSISTANT:") : text;
    }
}

/// <summary>A prompt that is ready.</summary>
/// <param name="Prompt">What the batch takes.</param>
/// <param name="Length">Its tokens, visual ones among them.</param>
internal sealed record PreparedPrompt(GenerationPrompt Prompt, int Length);
