using Praline.Models.Generation;
using Praline.Text.ChatTemplates;
using Praline.Text.Tokenizers;

namespace Praline.Models.Multimodal;

/// <summary>One message of a conversation, media in their places.</summary>
/// <param name="Role"><c>system</c>, <c>user</c> or <c>assistant</c>.</param>
/// <param name="Parts">Texts and media in their order.</param>
public sealed record PromptMessage(string Role, IReadOnlyList<PromptPart> Parts)
{
    /// <summary>A message of text alone.</summary>
    public PromptMessage(string role, string text)
        : this(role, [new PromptPart(text)])
    {
    }

    /// <summary>The texts without the media.</summary>
    public string Text => string.Concat(Parts.Select(p => p.Text));

    /// <summary>Image marks of its media.</summary>
    public int Marks => Parts.Sum(p => p.Marks);
}

/// <summary>A text, or a medium that stands for <paramref name="Marks"/> image marks.</summary>
/// <param name="Text">The text; null for a medium.</param>
/// <param name="Marks">Marks that the medium asks for: of a video one for each frame, for families that see frames as images.</param>
/// <param name="Kind">Whether the medium is a video.</param>
public sealed record PromptPart(string? Text, int Marks = 0, MediaKind Kind = MediaKind.Images);

/// <summary>A conversation as tokens, and which of them the model is to say.</summary>
/// <param name="Ids">Token ids with image marks.</param>
/// <param name="IsAnswer">Whether a token belongs to one of the answers asked for.</param>
public sealed record WrittenConversation(IReadOnlyList<int> Ids, IReadOnlyList<bool> IsAnswer);

/// <summary>
/// From messages to what the language model reads, for training and inference alike. With a chat template the conversation is rendered whole and the answers are found in the
/// result; without one it is written turn by turn in the family's form, as the papers' code does.
/// </summary>
/// <param name="folder">The checkpoint's folder: its chat template, its end tokens.</param>
/// <param name="tokenizer">The checkpoint's tokenizer.</param>
/// <param name="model">The model; null for a language model alone.</param>
public sealed class ConversationWriter(string folder, Tokenizer tokenizer, VisionLanguageModel? model)
{
    private readonly Lazy<ChatTemplate?> _template = new(() => model is { ReadsChatTemplate: false } ? null : ChatTemplate.Load(folder));
    private readonly Lazy<IReadOnlySet<int>> _ends = new(() =>
        new HashSet<int>([.. GenerationOptions.Read(folder).EosTokenIds, .. tokenizer.EosTokenId is { } end ? [end] : Array.Empty<int>()]));

    private bool? _parts;

    /// <summary>The writer for a model.</summary>
    public ConversationWriter(VisionLanguageModel model)
        : this(model.Folder, model.Tokenizer, model)
    {
    }

    /// <summary>Whether a chat template writes the conversation.</summary>
    public bool HasTemplate => _template.Value is not null;

    private IEnumerable<KeyValuePair<string, object?>> Special =>
        tokenizer.SpecialTokens.Select(token => new KeyValuePair<string, object?>(token.Key, token.Value));

    private bool ReadsTextAlone => model is not { HasVision: true };

    /// <summary>The conversation up to where the next answer begins.</summary>
    /// <param name="messages">The messages; the last one is not the assistant's.</param>
    /// <param name="variables">More variables for the template.</param>
    /// <exception cref="ChatTemplateException">The template refuses the messages.</exception>
    /// <exception cref="PralineException">Without a template: the family's form has no place for something in the messages.</exception>
    public PromptTokens Prompt(IReadOnlyList<PromptMessage> messages, IReadOnlyDictionary<string, object?>? variables = null)
    {
        if (_template.Value is null && variables is { Count: > 0 })
        {
            throw new PralineException($"{folder} has no chat template, so {string.Join(", ", variables.Keys)} can't be used.");
        }

        return ByText ? Tokens(Render(messages, addGenerationPrompt: true, variables)) : new PromptTokens([.. TurnByTurn(messages, [], "", out _)]);
    }

    /// <summary>The conversation up to its last answer that is asked for, and where in it these answers are.</summary>
    /// <param name="messages">The messages, an answer the last.</param>
    /// <param name="answers">Indices of the assistant's messages that are asked for, ascending.</param>
    /// <param name="suffix">
    /// Text between the last answer and its end token, where the template does not write the end of an answer itself.
    /// </param>
    /// <exception cref="ChatTemplateException">The template refuses the messages.</exception>
    /// <exception cref="PralineException">
    /// The template writes what comes before an answer differently once the answer is there, or ends answers itself and <paramref name="suffix"/> is not empty.
    /// </exception>
    public WrittenConversation Write(IReadOnlyList<PromptMessage> messages, IReadOnlyList<int> answers, string suffix = "")
    {
        ArgumentOutOfRangeException.ThrowIfZero(answers.Count);
        PromptMessage[] until = [.. messages.Take(answers[^1] + 1)];
        if (!ByText)
        {
            var pieces = TurnByTurn(until, answers, suffix, out var said);
            return new WrittenConversation(pieces, said);
        }

        var whole = Render(until, addGenerationPrompt: false);
        var ids = Tokens(whole).Ids;
        var isAnswer = new bool[ids.Count];
        foreach (var answer in answers)
        {
            var beginning = Render([.. until.Take(answer)], addGenerationPrompt: true);
            var start = Boundary(beginning, whole, ids, answer);
            if (!Dense(whole[beginning.Length..]).Contains(Dense(until[answer].Text), StringComparison.Ordinal))
            {
                throw new PralineException($"The chat template of {folder} leaves answer {(answer + 1) / 2} out, or writes it differently: it can't be learnt.");
            }

            var end = answer == answers[^1] ? ids.Count : Boundary(Render([.. until.Take(answer + 1)], addGenerationPrompt: false), whole, ids, answer);
            Array.Fill(isAnswer, true, start, end - start);
        }

        var lastStart = Array.LastIndexOf(isAnswer, false) + 1;
        if (ids.Skip(lastStart).Any(_ends.Value.Contains))
        {
            return suffix.Length == 0 ? new WrittenConversation(ids, isAnswer) : throw new PralineException(
                $"The chat template of {folder} ends an answer itself: leave answer_suffix ('{suffix}') out.");
        }

        var rest = suffix.Length == 0 || whole.EndsWith(suffix, StringComparison.Ordinal) ? ids : Tokens(whole + suffix).Ids;
        int[] ended = [.. rest, EndToken];
        return new WrittenConversation(ended, [.. ended.Select((_, i) => i >= isAnswer.Length || isAnswer[i])]);
    }

    /// <summary>
    /// The token that ends an answer.
    /// </summary>
    /// <exception cref="PralineException">The checkpoint names none.</exception>
    public int EndToken => tokenizer.EosTokenId ?? (model?.Language.Config.EosTokenIds is [var end, ..] ? end : throw new PralineException(
        $"{folder}: neither the tokenizer nor config.json names an end token (eos_token, eos_token_id)."));

    /// <summary>A text without its white space: templates may trim and reflow an answer, but they have to write it.</summary>
    private static string Dense(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));

    /// <summary>Whether the conversation is one text that is tokenized at once.</summary>
    private bool ByText => _template.Value is not null || ReadsTextAlone;

    /// <summary>
    /// Where in the whole conversation's tokens its beginning ends. Where the last token of the beginning and the first of the answer became one, the answer starts at it.
    /// </summary>
    private int Boundary(string beginning, string whole, IReadOnlyList<int> ids, int answer)
    {
        if (!whole.StartsWith(beginning, StringComparison.Ordinal))
        {
            var at = beginning.Zip(whole).TakeWhile(c => c.First == c.Second).Count();
            throw new PralineException(
                $"The chat template of {folder} writes what comes before answer {(answer + 1) / 2} differently once the answer is there, at character {at}: "
                + "train on the last answer alone (learn_turns: last), or give a template that continues its own generation prompt.");
        }

        var own = Tokens(beginning).Ids;
        var alike = 0;
        while (alike < own.Count && alike < ids.Count && own[alike] == ids[alike])
        {
            alike++;
        }

        return alike;
    }

    /// <summary>A language model's template writes the begin token itself if the model wants one; of images and texts the family's processor decides.</summary>
    private PromptTokens Tokens(string text) => ReadsTextAlone
        ? new PromptTokens(tokenizer.Encode(text, addSpecialTokens: _template.Value is null))
        : model!.Tokenize(text);

    private string Render(IReadOnlyList<PromptMessage> messages, bool addGenerationPrompt, IReadOnlyDictionary<string, object?>? variables = null)
    {
        if (_template.Value is not { } template)
        {
            var (system, turns) = messages is [{ Role: "system", Marks: 0 } first, ..] ? ($"{first.Text}\n\n", messages.Skip(1).ToArray()) : ("", [.. messages]);
            return turns is [{ Role: "user", Marks: 0 } question] ? system + question.Text
                : turns is [{ Role: "user", Marks: 0 } asked, { Role: "assistant", Marks: 0 } answer] ? system + asked.Text + answer.Text
                : throw new PralineException($"{folder} has no chat template, so a conversation of several turns can't be written: give the checkpoint one (chat_template.jinja).");
        }

        try
        {
            return Rendered(template, messages, addGenerationPrompt, variables);
        }
        catch (ChatTemplateException) when (messages is [{ Role: "system" } system, { Role: "user" } first, ..])
        {
            // Some templates know no system turn.
            return Rendered(
                template, [first with { Parts = [new PromptPart($"{system.Text}\n\n"), .. first.Parts] }, .. messages.Skip(2)], addGenerationPrompt, variables);
        }
    }

    private string Rendered(ChatTemplate template, IReadOnlyList<PromptMessage> messages, bool addGenerationPrompt, IReadOnlyDictionary<string, object?>? variables) =>
        template.Render(
            [.. messages.Select(Content)], addGenerationPrompt,
            [.. Special, .. variables ?? new Dictionary<string, object?>()]);

    /// <summary>A language model's template takes a message's content as a string; that of a family that sees a list of parts, as its processor gives it, or strings too.</summary>
    private ChatMessage Content(PromptMessage message)
    {
        if (!(_parts ??= TakesParts()))
        {
            return message.Marks == 0 ? new ChatMessage(message.Role, message.Text)
                : throw new ChatTemplateException("TypeError", $"The chat template of {folder} takes text alone and has no place for images or videos.");
        }

        return new ChatMessage(message.Role, [.. message.Parts.SelectMany(part => part.Text is { } text
            ? [ChatPart.OfText(text)]
            : Enumerable.Repeat(model!.MediaPart(part.Kind), part.Marks))]);
    }

    /// <summary>Whether the template writes the text of a part, and not the list that the part stands in.</summary>
    private bool TakesParts()
    {
        if (ReadsTextAlone)
        {
            return false;
        }

        const string word = "praline";
        try
        {
            var text = _template.Value!.Render([new ChatMessage("user", [ChatPart.OfText(word)])], addGenerationPrompt: true, Special);
            return text.Contains(word, StringComparison.Ordinal) && !text.Contains($"'{word}'", StringComparison.Ordinal);
        }
        catch (ChatTemplateException)
        {
            return false;
        }
    }

    private List<int> TurnByTurn(IReadOnlyList<PromptMessage> messages, IReadOnlyList<int> answers, string suffix, out List<bool> isAnswer)
    {
        var (ids, said, system) = (new List<int>(), new List<bool>(), "");
        foreach (var (i, message) in messages.Index())
        {
            if (message.Role == "assistant")
            {
                ids.AddRange([.. tokenizer.Encode(message.Text + suffix, addSpecialTokens: false), EndToken]);
            }
            else if (message.Role == "system" && message.Marks == 0)
            {
                system += message.Text + "\n\n";
            }
            else
            {
                // The forms have a question's media before its text, wherever in it they stood; so does LLaVA's own code.
                if (message.Parts.Where(p => p.Text is null).Select(p => model!.MediaPart(p.Kind)).Distinct().Count() > 1)
                {
                    throw new PralineException(
                        $"{folder} has no chat template, and its family's form has no place for images and videos in one question: ask about one kind, or give the checkpoint a template (chat_template.jinja).");
                }

                var kind = message.Parts.FirstOrDefault(p => p.Text is null)?.Kind ?? MediaKind.Images;
                ids.AddRange(model!.Tokenize(model.FormatPrompt(system + message.Text, message.Marks, kind)).Ids);
                system = "";
            }

            said.AddRange(Enumerable.Repeat(answers.Contains(i), ids.Count - said.Count));
        }

        if (system.Length > 0)
        {
            ids.AddRange(model!.Tokenize(model.FormatPrompt(system.Trim(), 0)).Ids);
            said.AddRange(Enumerable.Repeat(false, ids.Count - said.Count));
        }

        isAnswer = said;
        return ids;
    }
}
