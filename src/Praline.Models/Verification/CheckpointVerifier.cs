using Praline.Models.Checkpoints;
using Praline.Models.Language;
using Praline.Models.Multimodal;
using Praline.Torch;

namespace Praline.Models.Verification;

/// <summary>
/// Compares a checkpoint of any known family with numbers that another implementation computed from it: <c>inputs.safetensors</c> and
/// <c>expected.safetensors</c> beside its <c>config.json</c>, and <c>tokens.json</c> beside its tokenizer (docs/checkpoints.md).
/// </summary>
public static class CheckpointVerifier
{
    /// <summary>Loads the checkpoint and compares every expected tensor, in the order of their names.</summary>
    /// <exception cref="PralineException">
    /// The numbers or the checkpoint can't be read, inputs are missing, or the family has no comparison.
    /// </exception>
    public static IReadOnlyList<VerifiedQuantity> Verify(string folder, VerificationOptions? options = null)
    {
        var tokens = TokenizerVerification.Applies(folder) ? TokenizerVerification.Run(folder) : null;
        return tokens is null ? Numbers(folder, options)
            : File.Exists(Path.Combine(folder, "expected.safetensors")) ? [tokens, .. Numbers(folder, options)] : [tokens];
    }

    private static List<VerifiedQuantity> Numbers(string folder, VerificationOptions? options)
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        var chosen = options ?? new VerificationOptions();
        var kind = ModelRegistry.Identify(folder);
        var numbers = new ReferenceNumbers(chosen.Numbers ?? folder, chosen);
        switch (kind)
        {
            case ModelKind.Language:
                var language = LlamaModel.Load(folder, chosen.Load);
                using (language.Store)
                {
                    chosen.OnLanguage?.Invoke(language);
                    LanguageVerification.Run(numbers, language);
                }

                break;
            case ModelKind.ClipVision or ModelKind.SiglipVision:
                TowerVerification.Run(numbers, folder, kind, chosen.Load);
                break;
            default:
                MultimodalVerification.Run(numbers, folder, chosen);
                break;
        }

        return numbers.Result();
    }
}
