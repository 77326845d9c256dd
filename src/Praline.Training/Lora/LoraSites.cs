using Praline.Models.Multimodal;
using Praline.Torch;
using Praline.Torch.Nn;

namespace Praline.Training.Lora;

/// <summary>Where an adapter may be put on.</summary>
/// <param name="Linears">Linear layers by module name.</param>
/// <param name="Embeddings">Embeddings by module name.</param>
/// <param name="Weights">Parameters by name, which an adapter may bring whole.</param>
/// <param name="Device">Where the weights are.</param>
internal sealed record LoraSites(
    IReadOnlyList<KeyValuePair<string, Linear>> Linears, IReadOnlyList<KeyValuePair<string, Embedding>> Embeddings,
    IReadOnlyDictionary<string, Tensor> Weights, Device Device)
{
    /// <summary>All modules of a store.</summary>
    internal static LoraSites Of(ParameterStore store) => new([.. store.Linears], [.. store.Embeddings], store.Parameters, store.Device);

    /// <summary>The modules of some parts of a model; embeddings belong to the language model.</summary>
    internal static LoraSites Of(VisionLanguageModel model, IReadOnlyList<ModelPart> parts) => new(
        [.. parts.SelectMany(model.Linears)],
        parts.Contains(ModelPart.Language) ? [.. model.Language.Store.Embeddings.Where(e => ReferenceEquals(e.Value, model.Language.EmbedTokens))] : [],
        (model is SingleFolderModel ? Enum.GetValues<ModelPart>() : [ModelPart.Language]).SelectMany(model.Parameters)
            .ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal),
        model.Language.Device);

    /// <summary>The names of the modules that a configuration adapts.</summary>
    internal IEnumerable<string> Matching(LoraConfig config) =>
        Linears.Where(l => LoraTargets.Matches(config, l.Key, LoraAdapter.IsHead(l.Key))).Select(l => l.Key)
            .Concat(Embeddings.Where(e => config.TargetModules is not ["all-linear"] && LoraTargets.Matches(config, e.Key, isOutputHead: false)).Select(e => e.Key))
            .Order(StringComparer.Ordinal);
}
