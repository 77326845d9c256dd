using Praline.Models.Generation;

namespace Praline.Inference;

/// <summary>A part of a message: text, or a medium.</summary>
/// <param name="Text">The text; null for a medium.</param>
/// <param name="Media">The medium; null for text.</param>
public sealed record MessagePart(string? Text, MediaInput? Media = null)
{
    /// <summary>A part of text.</summary>
    public static implicit operator MessagePart(string text) => new(text);

    /// <summary>A medium.</summary>
    public static implicit operator MessagePart(MediaInput media) => new(null, media);
}

/// <summary>One message of a conversation.</summary>
/// <param name="Role"><c>system</c>, <c>user</c>, <c>assistant</c>, or what else the chat template knows.</param>
/// <param name="Parts">Text and media in their order.</param>
public sealed record Message(string Role, params IReadOnlyList<MessagePart> Parts)
{
    /// <summary>All text of the message.</summary>
    public string Text => string.Concat(Parts.Select(part => part.Text));
}

/// <summary>Something to answer.</summary>
public sealed record InferenceRequest
{
    /// <summary>The conversation, oldest first; written as the checkpoint's chat template writes it.</summary>
    public IReadOnlyList<Message> Messages { get; init; } = [];

    /// <summary>In place of <see cref="Messages"/>: a text to go on from as it is, without any template.</summary>
    public string? Prompt { get; init; }

    /// <summary>
    /// How tokens are chosen. End tokens that it does not name are the checkpoint's; more new tokens than the model has room for are cut to what there is.
    /// </summary>
    public GenerationOptions Options { get; init; } = new();

    /// <summary>The seed of each answer's random stream: as many answers as seeds.</summary>
    public IReadOnlyList<ulong> Seeds { get; init; } = [0];

    /// <summary>Contrastive decoding: a second conversation that logits are set off against, and how much; null for none.</summary>
    public (IReadOnlyList<Message> Messages, double Alpha)? Contrast { get; init; }

    /// <summary>The adapter to answer with, by the name it was added under; null for the model as it was loaded.</summary>
    public string? Adapter { get; init; }

    /// <summary>Makes what says which tokens may come, for each answer its own; null for all.</summary>
    public Func<ITokenConstraint>? Constraint { get; init; }

    /// <summary>What chat templates may read beside the messages, such as <c>tools</c>.</summary>
    public IReadOnlyDictionary<string, object?> TemplateVariables { get; init; } = new Dictionary<string, object?>();

    /// <summary>What to call it in messages.</summary>
    public string Name { get; init; } = "request";
}

/// <summary>A whole answer.</summary>
/// <param name="Text">The text: without special tokens, and without the stop string that ended it.</param>
/// <param name="TokenIds">The new tokens, with the end token if one came.</param>
/// <param name="Reason">Why it ended.</param>
/// <param name="Tokens">On request: the tokens with their log-probabilities.</param>
public sealed record GeneratedAnswer(string Text, IReadOnlyList<int> TokenIds, FinishReason Reason, IReadOnlyList<GeneratedToken> Tokens)
{
    /// <summary>The tokens without the end token.</summary>
    public IReadOnlyList<int> ContentIds => Reason == FinishReason.EndToken ? [.. TokenIds.SkipLast(1)] : TokenIds;
}

/// <summary>What an answer cost.</summary>
/// <param name="PromptTokens">Tokens of the prompt, visual ones among them (of both with a contrast).</param>
/// <param name="CachedTokens">Of these, not computed again.</param>
/// <param name="CompletionTokens">New tokens of all answers.</param>
public sealed record Usage(int PromptTokens, int CachedTokens, int CompletionTokens);

/// <summary>The answers to a request, in its seeds' order, and what they cost.</summary>
public sealed record InferenceResult(IReadOnlyList<GeneratedAnswer> Answers, Usage Usage);

/// <summary>A piece of an answer as it comes.</summary>
/// <param name="Index">The answer's number.</param>
/// <param name="Text">What is certain now; often one token's text, sometimes none.</param>
/// <param name="Tokens">The tokens that came.</param>
/// <param name="Finish">Why the answer ends with it; null while it goes on.</param>
/// <param name="Usage">What the request cost, with its very last piece; null before.</param>
public sealed record AnswerDelta(int Index, string Text, IReadOnlyList<GeneratedToken> Tokens, FinishReason? Finish, Usage? Usage = null);

/// <summary>Too many requests wait already: ask again later.</summary>
public sealed class ServerBusyException(string message) : PralineException(message);

/// <summary>A request that can't be answered: what is wrong with which of its parts.</summary>
/// <param name="message">What was expected and found.</param>
/// <param name="parameter">The part, such as <c>messages</c>.</param>
/// <param name="code">A word for programs, such as <c>context_length_exceeded</c>; null for none.</param>
public sealed class InvalidRequestException(string message, string parameter, string? code = null) : PralineException(message)
{
    /// <summary>The part that is wrong.</summary>
    public string Parameter => parameter;

    /// <summary>A word for programs; null for none.</summary>
    public string? Code => code;
}
