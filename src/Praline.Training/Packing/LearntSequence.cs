using Praline.Models.Multimodal;

namespace Praline.Training.Packing;

/// <summary>A conversation as tokens from its first to its last learnt one.</summary>
/// <param name="Ids">Token ids with image marks.</param>
/// <param name="Counted">Which of them are learnt; the last one is.</param>
public sealed record LearntSequence(IReadOnlyList<int> Ids, IReadOnlyList<bool> Counted)
{
    /// <summary>Tokens before the first learnt one.</summary>
    public int Given { get; } = Counted.TakeWhile(counted => !counted).Count();

    /// <summary>
    /// Sequences as one example, which gives each of them the same numbers as by itself: the tokens that all begin with are the prompt (the first
    /// learnt one ends it at the latest), the rest of each is a response.
    /// </summary>
    /// <returns>Null when they begin differently, or differ before their last image: only a prompt has images.</returns>
    public static PackedExample? Share(IReadOnlyList<LearntSequence> sequences)
    {
        var (alike, most) = (0, sequences.Min(s => s.Given));
        while (alike < most && sequences.All(s => s.Ids[alike] == sequences[0].Ids[alike]))
        {
            alike++;
        }

        return alike == 0 || sequences.Any(s => s.Ids.Skip(alike).Contains(PromptTokens.ImageToken))
            ? null
            : new PackedExample(new PromptTokens([.. sequences[0].Ids.Take(alike)]), [.. sequences.Select(s => s.After(alike))]);
    }

    private Response After(int start) => new([.. Ids.Skip(start)], start == Given && Counted.Skip(start).All(counted => counted) ? null : [.. Counted.Skip(start)]);
}
