using Praline.Media;
using Praline.Models.Generation;

namespace Praline.Preferences;

/// <summary>How captions are drawn. Sampling goes in SynPO's order: temperature, softmax, top-k renormalised, top-p within those.</summary>
public sealed record CaptionSettings
{
    /// <summary>Draw at random; otherwise always the likeliest token.</summary>
    public bool Sample { get; init; }

    /// <summary>What logits are divided by, above 0.</summary>
    public double Temperature { get; init; } = 0.9;

    /// <summary>How much probability is kept, in (0, 1].</summary>
    public double TopP { get; init; } = 0.95;

    /// <summary>How many tokens are kept, at least 1.</summary>
    public int TopK { get; init; } = 32;

    /// <summary>The longest caption, in tokens.</summary>
    public int MaxNewTokens { get; init; } = 800;

    /// <summary>The likeliest caption.</summary>
    public static CaptionSettings Greedy { get; } = new();

    /// <summary>Drawn captions with the paper's values.</summary>
    public static CaptionSettings Sampled { get; } = new() { Sample = true };

    /// <summary>Refuses values that make no sense.</summary>
    /// <exception cref="PralineException">Says which value, and what it must be.</exception>
    public void Validate()
    {
        if (!(Temperature > 0) || !(TopP is > 0 and <= 1) || TopK < 1 || MaxNewTokens < 1)
        {
            throw new PralineException(
                "temperature must be above 0, top_p in (0, 1], top_k and max_new_tokens at least 1; " +
                $"found {Temperature}, {TopP}, {TopK}, {MaxNewTokens}.");
        }
    }

    internal GenerationOptions ToOptions() => new()
    {
        DoSample = Sample,
        Temperature = Temperature,
        TopP = TopP,
        TopK = TopK,
        FilterOrder = FilterOrder.Paper,
        MaxNewTokens = MaxNewTokens,
    };

    internal void AddTo(StageFingerprint fingerprint)
    {
        fingerprint.Add("max_new_tokens", MaxNewTokens);
        if (Sample)
        {
            fingerprint.Add("temperature", Temperature).Add("top_p", TopP).Add("top_k", TopK);
        }
    }
}

/// <summary>What frames are chosen, as part of what a stage's result depends on.</summary>
internal static class FrameSamplingFingerprint
{
    internal static void AddTo(this FrameSampling sampling, StageFingerprint fingerprint) => fingerprint
        .Add("min_frm", sampling.MinFrames).Add("max_frm", sampling.MaxFrames).Add("fps_frm", sampling.FramesPerSecond).Add("sampled_frm", sampling.SampledFrames);
}
