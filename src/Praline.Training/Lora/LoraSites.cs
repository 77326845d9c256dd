using Praline.Models.Multimodal;
using Praline.Torch;
using Praline.Torch.Nn;

namespace Praline.Training.Lora;

/// <summary>Where an adapter may be put on.</summary>
/// <param name="Linears">Linear layers by module name.</param>
/// <param name="Embeddings">Embeddings by module name.</param>
/// <param name="Weights">Parameters by name, which an adapter may bring whole.</param>
/// <param name="Language">The language model's parameters: it may get a weight of its own where two modules share one, and its norms and biases may train.</param>
internal sealed record LoraSites(
    IReadOnlyList<KeyValuePair<string, Linear>> Linears, IReadOnlyList<KeyValuePair<string, Embedding>> Embeddings,
    IReadOnlyDictionary<string, Tensor> Weights, ParameterStore Language)
{
    /// <summary>Where the weights are.</summary>
    internal Device Device => Language.Device;

    /// <summary>Whether a parameter is the language model's.</summary>
    internal Func<Tensor, bool> IsLanguage { get; init; } = _ => true;

    /// <summary>The output layer that shares an embedding's weight.</summary>
    internal KeyValuePair<string, Linear>? TiedHead(Embedding embedding) =>
        Language.Linears.Where(l => ReferenceEquals(l.Value.Weight, embedding.Weight)).Select(l => (KeyValuePair<string, Linear>?)l).FirstOrDefault();

    /// <summary>All modules of a store.</summary>
    internal static LoraSites Of(ParameterStore store) => new([.. store.Linears], [.. store.Embeddings], store.Parameters, store);

    /// <summary>The modules of some parts of a model; embeddings belong to the language model.</summary>
    internal static LoraSites Of(VisionLanguageModel model, IReadOnlyList<ModelPart> parts) => new(
        [.. parts.SelectMany(model.Linears)],
        parts.Contains(ModelPart.Language) ? [.. model.Language.Store.Embeddings.Where(e => ReferenceEquals(e.Value, model.Language.EmbedTokens))] : [],
        (model is SingleFolderModel ? Enum.GetValues<ModelPart>() : [ModelPart.Language]).SelectMany(model.Parameters)
            .ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal),
        model.Language.Store)
    {
        IsLanguage = weight => model.Parameters(ModelPart.Language).Any(p => ReferenceEquals(p.Value, weight)),
    };

    /// <summary>The names of the modules that a configuration adapts.</summary>
    internal IEnumerable<string> Matching(LoraConfig config) =>
        Linears.Where(l => LoraTargets.Matches(config, l.Key, LoraAdapter.IsHead(l.Key))).Select(l => l.Key)
            .Concat(Embeddings.Where(e => config.TargetModules is not ["all-linear"] && LoraTargets.Matches(config, e.Key, isOutputHead: false)).Select(e => e.Key))
            .Order(StringComparer.Ordinal);
}
