using Praline.Models.Multimodal;
using Praline.Torch;
using Praline.Torch.Serialization;

namespace Praline.Training.Tasks;

/// <summary>Whole parts that were trained beside an adapter, in a file named as LLaVA's.</summary>
internal static class NonLora
{
    internal const string FileName = "non_lora_trainables.safetensors";

    /// <summary>All parameters of a model by part and checkpoint name, as they are saved: <c>projector.model.0.weight</c>.</summary>
    internal static IEnumerable<KeyValuePair<string, Tensor>> Named(VisionLanguageModel model) => Enum.GetValues<ModelPart>().SelectMany(part => Named(model, part));

    /// <summary>The same for one part.</summary>
    internal static IEnumerable<KeyValuePair<string, Tensor>> Named(VisionLanguageModel model, ModelPart part)
    {
        var prefix = part switch { ModelPart.Language => "language", ModelPart.Projector => "projector", _ => "vision" };
        return model.Parameters(part).Select(p => KeyValuePair.Create($"{prefix}.{p.Key}", p.Value));
    }

    /// <summary>Writes the tensors.</summary>
    internal static void Save(string folder, IReadOnlyDictionary<string, Tensor> tensors) =>
        SafetensorsWriter.Write(Path.Combine(folder, FileName), tensors);

    /// <summary>Overwrites a model's parameters with those of a file.</summary>
    /// <exception cref="PralineException">A tensor has no place in the model.</exception>
    internal static void Apply(VisionLanguageModel model, string file)
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        var parameters = Named(model).ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);
        foreach (var (name, tensor) in SafetensorsFile.Load(file))
        {
            if (!parameters.TryGetValue(name, out var parameter) || !parameter.Shape.AsSpan().SequenceEqual(tensor.Shape))
            {
                throw new PralineException($"{file}: the tensor '{name}' {tensor.Describe()} does not fit the model in {model.Folder}.");
            }

            parameter.CopyInPlace(tensor);
        }
    }
}
