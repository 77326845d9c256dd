using Praline.Torch;

namespace Praline.Models.Generation;

/// <summary>A prompt, how to go on from it, and how many times: one sequence per seed, all over one prefill.</summary>
public sealed record GenerationRequest
{
    /// <summary>The prompt.</summary>
    public GenerationPrompt Prompt { get; init; } = new();

    /// <summary>Short for the prompt's <see cref="GenerationPrompt.TokenIds"/>.</summary>
    public IReadOnlyList<int>? PromptTokenIds
    {
        get => Prompt.TokenIds;
        init => Prompt = Prompt with { TokenIds = value };
    }

    /// <summary>Short for the prompt's <see cref="GenerationPrompt.Embeddings"/>.</summary>
    public Tensor? PromptEmbeddings
    {
        get => Prompt.Embeddings;
        init => Prompt = Prompt with { Embeddings = value };
    }

    /// <summary>Short for the prompt's <see cref="GenerationPrompt.PositionIds"/>.</summary>
    public Tensor? PromptPositionIds
    {
        get => Prompt.PositionIds;
        init => Prompt = Prompt with { PositionIds = value };
    }

    /// <summary>How tokens are chosen and when a text ends.</summary>
    public required GenerationOptions Options { get; init; }

    /// <summary>The seed of each sequence's own random stream; what greedy decoding makes of it is the same for each.</summary>
    public IReadOnlyList<ulong> Seeds { get; init; } = [0];

    /// <summary>What the prompt's logits are set off against; null for none.</summary>
    public Contrast? Contrast { get; init; }

    /// <summary>The adapter that the sequences are computed with, by the name that <see cref="RunningBatch"/>'s owner knows; null for the model as it is.</summary>
    public string? Adapter { get; init; }

    /// <summary>Makes what says which tokens may come, for each sequence its own; null for all.</summary>
    public Func<ITokenConstraint>? Constraint { get; init; }

    /// <summary>Called with each token as it is chosen, on the thread that decodes; must not block.</summary>
    public Action<GeneratedToken>? Received { get; init; }

    /// <summary>Called once the prompts are computed, with their tokens and how many of these were in the cache, on the thread that decodes.</summary>
    public Action<int, int>? Prefilled { get; init; }

    /// <summary>When nobody wants the sequences any more: they end, and their places are free.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>What to call it in messages, such as the video's id.</summary>
    public string Name { get; init; } = "prompt";
}

/// <summary>A prompt as the language model takes it.</summary>
public sealed record GenerationPrompt
{
    /// <summary>The prompt's tokens; beside embeddings they only serve the repetition penalty.</summary>
    public IReadOnlyList<int>? TokenIds { get; init; }

    /// <summary>The prompt as embeddings [T, D], image features among them; null when <see cref="TokenIds"/> say it all.</summary>
    public Tensor? Embeddings { get; init; }

    /// <summary>Positions of the tokens, Int64 [T] or [3, T]; null for 0, 1, 2…. New tokens go on after the largest.</summary>
    public Tensor? PositionIds { get; init; }

    /// <summary>
    /// In place of <see cref="Embeddings"/> and <see cref="PositionIds"/>: makes them, in the current scope, on the thread that decodes; not called when the whole prompt is
    /// in the cache.
    /// </summary>
    public Func<(Tensor Embeddings, Tensor? PositionIds)>? Embed { get; init; }

    /// <summary>
    /// What each of the T tokens is, image features among them: prompts whose keys begin alike begin with the same numbers. Null: <see cref="TokenIds"/> where they say it
    /// all, else the prompt shares nothing with others.
    /// </summary>
    public IReadOnlyList<ulong>? Keys { get; init; }

    /// <summary>A prompt of tokens.</summary>
    public static implicit operator GenerationPrompt(int[] tokenIds) => new() { TokenIds = tokenIds };

    internal ulong[]? KeysWith(string? adapter) =>
        Keys is not null ? PrefixCache.Salted([.. Keys], adapter)
        : Embed is null && Embeddings is null && PositionIds is null && TokenIds is { } ids ? PrefixCache.KeysOf(ids, adapter) : null;
}

/// <summary>
/// Contrastive decoding as SynPO does it at inference: tokens are drawn from (1 + α) · logits − α · logits after a second prompt, which the same tokens go on from.
/// </summary>
/// <param name="Prompt">The second prompt, such as the question with fewer of the video's frames.</param>
/// <param name="Alpha">How much it counts; the paper's is 0.5.</param>
public sealed record Contrast(GenerationPrompt Prompt, double Alpha = 0.5)
{
    /// <summary>(1 + α) · logits − α · contrast; −∞ stays −∞.</summary>
    public static void Combine(ReadOnlySpan<float> logits, ReadOnlySpan<float> contrast, double alpha, Span<float> result)
    {
        var (more, less) = ((float)(1 + alpha), (float)alpha);
        for (var i = 0; i < logits.Length; i++)
        {
            result[i] = float.IsNegativeInfinity(logits[i]) ? logits[i] : (more * logits[i]) - (less * contrast[i]);
        }
    }
}

/// <summary>Says which tokens may come next in one sequence.</summary>
public interface ITokenConstraint
{
    /// <summary>Sets the logits of tokens that must not come to −∞. End tokens are among the logits.</summary>
    void Mask(Span<float> logits);

    /// <summary>Takes the token that came.</summary>
    void Accept(int token);
}

/// <summary>A token as it is generated.</summary>
/// <param name="Sequence">The number of its sequence: that of its seed in the request.</param>
/// <param name="TokenId">The token.</param>
/// <param name="LogProbability">On request: log π of it under the model's own distribution.</param>
/// <param name="Finish">Why the sequence ends with it; null while it goes on.</param>
/// <param name="Top">On request: the likeliest tokens in its place and their log-probabilities, likeliest first.</param>
public readonly record struct GeneratedToken(
    int Sequence, int TokenId, float? LogProbability, FinishReason? Finish, IReadOnlyList<(int Token, float LogProbability)>? Top = null);
