using Praline.Models.Checkpoints;
using Praline.Models.Language;
using Praline.Models.Multimodal;

namespace Praline.Models.Verification;

/// <summary>How a checkpoint is compared with reference numbers.</summary>
public sealed record VerificationOptions
{
    /// <summary>Allowed absolute difference of logits, hidden states and features.</summary>
    public double Atol { get; init; } = 1e-4;

    /// <summary>Allowed difference relative to the expected number, added to <see cref="Atol"/>.</summary>
    public double Rtol { get; init; } = 1e-4;

    /// <summary>
    /// Compares tensors as wholes, ‖actual − expected‖ ≤ <see cref="Rtol"/>·‖expected‖: for 16-bit types, in which a single number among
    /// large ones has no digits left. Where <c>meta.json</c> tells in <c>relative_rounding</c> how far the reference's own 16-bit results are
    /// from the expected ones, twice as far is allowed too. Gradients may differ four times as much: rounding the weights alone moves them by
    /// several hundredths. Generated tokens are left out.
    /// </summary>
    public bool ByNorm { get; init; }

    /// <summary>The folder of the reference numbers; null when they lie beside the checkpoint.</summary>
    public string? Numbers { get; init; }

    /// <summary>Changes a language model before it is compared, such as by an adapter.</summary>
    public Action<LlamaModel>? OnLanguage { get; init; }

    /// <summary>The same for a vision-language model.</summary>
    public Action<VisionLanguageModel>? OnVisionLanguage { get; init; }

    /// <summary>How the checkpoint is loaded; compare in the type that the reference computed in.</summary>
    public LoadOptions Load { get; init; } = new();
}
