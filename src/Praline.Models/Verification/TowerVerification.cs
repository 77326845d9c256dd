using Praline.Models.Checkpoints;
using Praline.Models.Multimodal;
using Praline.Models.Vision;
using Praline.Torch.Nn;
using Praline.Torch.Serialization;

namespace Praline.Models.Verification;

/// <summary>
/// Vision towers alone: from <c>pixel_values</c> to <c>hidden_states.N</c>, <c>last_hidden_state</c> and <c>pooler_output</c>.
/// </summary>
internal static class TowerVerification
{
    internal static void Run(ReferenceNumbers numbers, string folder, ModelKind kind, LoadOptions options)
    {
        using var source = CheckpointSource.Open(folder);
        using var store = new ParameterStore(source, LoadTypes.Of(source, options), options.Device, WeightNames.Resolver(source.Names));
        var pixels = numbers.Require("pixel_values").To(options.Device, store.DType);
        VisionOutput output;
        if (kind == ModelKind.ClipVision)
        {
            store.MayIgnore = ClipVisionModel.MayIgnore;
            var tower = new ClipVisionModel(store.Root, ClipVisionConfig.Read(folder));
            store.Verify();
            output = tower.Forward(pixels);
            numbers.Compare("last_hidden_state", () => LanguageVerification.Host(output.LastHiddenState));
        }
        else
        {
            store.MayIgnore = SiglipMayIgnore;
            var tower = new SiglipVisionModel(store.Root, SiglipVisionConfig.Read(folder));
            store.Verify();
            output = tower.Forward(pixels);
            numbers.Compare("last_hidden_state", () => LanguageVerification.Host(tower.Normed(output.LastHiddenState)));
        }

        foreach (var (name, index) in numbers.Series("hidden_states."))
        {
            if (index < output.HiddenStates.Count)
            {
                numbers.Compare(name, () => LanguageVerification.Host(output.HiddenStates[index]));
            }
        }

        if (output.PoolerOutput is { } pooled)
        {
            numbers.Compare("pooler_output", () => LanguageVerification.Host(pooled));
        }
    }

    /// <summary>A whole SigLIP's text half.</summary>
    private static bool SiglipMayIgnore(string name) =>
        name.StartsWith("text_model.", StringComparison.Ordinal) || name.StartsWith("logit_", StringComparison.Ordinal);
}
