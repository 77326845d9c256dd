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
    private readonly ConversationWriter _conversations = new(folder, tokenizer, vision);

    /// <summary>The prompt of a conversation, whose media are encoded (in the messages' order).</summary>
    /// <exception cref="InvalidRequestException">The template refuses the conversation, or it has marks of images that are not there.</exception>
    internal PreparedPrompt Write(IReadOnlyList<Message> messages, IReadOnlyList<EncodedMedia> media, IReadOnlyDictionary<string, object?> variables)
    {
        var next = 0;
        PromptMessage Turn(Message message) => new(message.Role, [.. message.Parts.Select(part => part.Media is null
            ? new PromptPart(part.Text!)
            : new PromptPart(null, media[next].Features.Counts.Count, media[next++].Features.Kind))]);
        try
        {
            return Prepared(_conversations.Prompt([.. messages.Select(Turn)], variables), media);
        }
        catch (ChatTemplateException error)
        {
            throw new InvalidRequestException($"The chat template refuses the messages: {error.Message}", "messages");
        }
        catch (PralineException error) when (error is not InvalidRequestException)
        {
            throw new InvalidRequestException(error.Message, "messages");
        }
    }

    /// <summary>A text as it is.</summary>
    internal PreparedPrompt Raw(string text) => Prepared(
        vision is null ? new PromptTokens(tokenizer.Encode(text, addSpecialTokens: !BeginsItself(text))) : vision.Tokenize(text), []);

    private PreparedPrompt Prepared(PromptTokens tokens, IReadOnlyList<EncodedMedia> media)
    {
        if (vision is null)
        {
            return new PreparedPrompt(new GenerationPrompt { TokenIds = tokens.Ids }, tokens.Ids.Count);
        }

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

    /// <summary>Whether a text has the begin token that the tokenizer would put there too.</summary>
    private bool BeginsItself(string text) => tokenizer.SpecialTokens.TryGetValue("bos_token", out var begin) && text.StartsWith(begin, StringComparison.Ordinal);
}

/// <summary>A prompt that is ready.</summary>
/// <param name="Prompt">What the batch takes.</param>
/// <param name="Length">Its tokens, visual ones among them.</param>
internal sealed record PreparedPrompt(GenerationPrompt Prompt, int Length);
