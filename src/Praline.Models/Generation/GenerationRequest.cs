using Praline.Torch;

namespace Praline.Models.Generation;

/// <summary>A prompt, how to go on from it, and how many times: one sequence per seed, all over one prefill.</summary>
public sealed record GenerationRequest
{
    /// <summary>The prompt as embeddings [T, D], image features among them; null when <see cref="PromptTokenIds"/> say it all.</summary>
    public Tensor? PromptEmbeddings { get; init; }

    /// <summary>The prompt's tokens; beside embeddings they only serve the repetition penalty.</summary>
    public IReadOnlyList<int>? PromptTokenIds { get; init; }

    /// <summary>Positions of the prompt, Int64 [T] or [3, T]; null for 0, 1, 2…. New tokens go on after the largest.</summary>
    public Tensor? PromptPositionIds { get; init; }

    /// <summary>How tokens are chosen and when a text ends.</summary>
    public required GenerationOptions Options { get; init; }

    /// <summary>The seed of each sequence's own random stream; what greedy decoding makes of it is the same for each.</summary>
    public IReadOnlyList<ulong> Seeds { get; init; } = [0];

    /// <summary>
    /// Several prompts that begin alike: the prompt above is their beginning, and these are what follows it, each with seeds of its own (the
    /// request's count for nothing then). The sequences come in the order of the endings and their seeds. Empty: the prompt is whole.
    /// </summary>
    public IReadOnlyList<PromptEnding> Endings { get; init; } = [];

    /// <summary>What to call it in messages, such as the video's id.</summary>
    public string Name { get; init; } = "prompt";

    /// <summary>The request of each ending by itself, as far as decoding is concerned; this one when there are none.</summary>
    internal IReadOnlyList<GenerationRequest> Branches() => Endings.Count == 0
        ? [this]
        :
        [
            .. Endings.Select(ending => this with
            {
                PromptTokenIds = [.. PromptTokenIds ?? [], .. ending.TokenIds ?? []],
                Options = ending.Options ?? Options,
                Seeds = ending.Seeds,
                Endings = [],
            }),
        ];
}
