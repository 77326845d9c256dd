namespace Praline.Preferences;

/// <summary>What a chat model answered.</summary>
public sealed record ChatAnswer
{
    /// <summary>The <see cref="FinishReason"/> of an answer that was delivered and is no answer of a chat model: only <see cref="Raw"/> says something.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>The answer's text; empty when there is none.</summary>
    public required string Text { get; init; }

    /// <summary>Why it ended: <c>stop</c>, <c>length</c> (the token limit), <c>content_filter</c>, or what the endpoint says.</summary>
    public required string FinishReason { get; init; }

    /// <summary>Why the model refused, when it says so in a field of its own.</summary>
    public string? Refusal { get; init; }

    /// <summary>Tokens of the question, as the endpoint counts; 0 when it doesn't say.</summary>
    public int PromptTokens { get; init; }

    /// <summary>Tokens of the answer, thoughts included, as the endpoint counts; 0 when it doesn't say.</summary>
    public int CompletionTokens { get; init; }

    /// <summary>How long the answer took, in seconds.</summary>
    public double Seconds { get; init; }

    /// <summary>The whole answer as it came.</summary>
    public required string Raw { get; init; }

    /// <summary>Whether the token limit cut it off.</summary>
    public bool IsCutOff => FinishReason == "length";
}
