using Praline.Models.Checkpoints;
using Praline.Models.Language;
using Praline.Models.Multimodal;
using Praline.Torch;
using Praline.Training.Data;
using Praline.Training.Lora;

namespace Praline.Training.Tasks;

/// <summary>Opens a checkpoint for training: marks what trains, puts the adapter on, chooses where visual tokens come from.</summary>
internal static class ModelSetup
{
    private const string LastLayers = "last_layers:";

    internal static VisionLanguageModel Load(TrainOptions options)
    {
        var load = new LoadOptions
        {
            Device = Device.Parse(options.Device),
            TokenKeptRatio = options.TokenKeptRatio,
            DType = options.DType is null ? null : DTypeOf(options.DType),
        };
        return options.FromScratch
            ? AuroraCap.Create(options.PretrainedPth, options.Loop.Seed, load)
            : VisionLanguageModel.Load(options.PretrainedPth, load);
    }

    internal static TrainedModel Prepare(VisionLanguageModel model, TrainOptions options)
    {
        foreach (var part in Enum.GetValues<ModelPart>())
        {
            foreach (var (_, parameter) in model.Parameters(part))
            {
                parameter.RequiresGrad = false;
            }
        }

        var parts = options.Train.Where(t => t != "lora").ToArray();
        var adapter = options.Train.Contains("lora") ? Adapter(model.Language, options) : null;
        var whole = parts.SelectMany(part => Unfreeze(model, part)).ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);
        var trainable = whole.Concat(adapter?.Parameters ?? new Dictionary<string, Tensor>()).ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);
        var (tower, projector) = (parts.Contains("vision"), parts.Contains("projector"));
        var reader = new MediaReader(options.Frames);
        IVisionSource vision = tower || projector
            ? new TrainedVision(
                model as AuroraCap ?? throw new PralineException($"Training the vision tower or the projector is possible for AuroraCap checkpoints only; {model.Folder} is {model.ModelType}."),
                reader, tower, options.FrameCacheBytes)
            : new FrozenVision(model, reader);
        return new TrainedModel(model.Language, trainable, folder => Export(model, adapter, whole, folder), adapter, vision);
    }

    private static LoraAdapter Adapter(LlamaModel language, TrainOptions options)
    {
        var type = language.DType == DType.Float64 ? DType.Float64 : DType.Float32;
        return options.AdapterPath is { } path
            ? LoraAdapter.Load(language.Store, path, trainable: true, type)
            : LoraAdapter.Create(language.Store, options.Lora with { BaseModelNameOrPath = options.PretrainedPth }, options.Loop.Seed, type);
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Unfreeze(VisionLanguageModel model, string part)
    {
        IEnumerable<KeyValuePair<string, Tensor>> parameters = part switch
        {
            "language" => Named(model, ModelPart.Language),
            "projector" => Named(model, ModelPart.Projector),
            "vision" => Named(model, ModelPart.VisionTower),
            _ when part.StartsWith(LastLayers, StringComparison.Ordinal) && int.TryParse(part[LastLayers.Length..], out var count) && count > 0 => Last(model, count),
            _ => throw new PralineException($"Nothing is called '{part}' that could train: expected lora, language, projector, vision or last_layers:N."),
        };
        foreach (var (name, parameter) in parameters)
        {
            parameter.RequiresGrad = true;
            yield return new(name, parameter);
        }
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Named(VisionLanguageModel model, ModelPart part) =>
        model.Parameters(part).Select(p => KeyValuePair.Create($"{part switch { ModelPart.Language => "language", ModelPart.Projector => "projector", _ => "vision" }}.{p.Key}", p.Value));

    private static IEnumerable<KeyValuePair<string, Tensor>> Last(VisionLanguageModel model, int count)
    {
        var first = model.Language.Config.NumHiddenLayers - count;
        return Named(model, ModelPart.Language).Where(p =>
        {
            var at = p.Key.IndexOf(".layers.", StringComparison.Ordinal);
            return at < 0
                ? !p.Key.Contains("embed_tokens", StringComparison.Ordinal) // the final norm and the head
                : int.Parse(p.Key[(at + 8)..].Split('.')[0], System.Globalization.CultureInfo.InvariantCulture) >= first;
        });
    }

    /// <summary>
    /// An adapter as PEFT's files; whole parts as a checkpoint, or beside an adapter as LLaVA's <c>non_lora_trainables</c>.
    /// </summary>
    private static void Export(VisionLanguageModel model, LoraAdapter? adapter, Dictionary<string, Tensor> whole, string folder)
    {
        adapter?.Save(folder);
        if (adapter is not null)
        {
            if (whole.Count > 0)
            {
                Torch.Serialization.SafetensorsWriter.Write(Path.Combine(folder, "non_lora_trainables.safetensors"), whole);
            }

            return;
        }

        if (model is not AuroraCap aurora)
        {
            throw new PralineException($"Writing a whole {model.ModelType} checkpoint is not possible yet: train a LoRA adapter (train: lora).");
        }

        aurora.Save(folder);
    }

    private static DType DTypeOf(string name) => name switch
    {
        "float32" => DType.Float32,
        "float64" => DType.Float64,
        "bfloat16" => DType.BFloat16,
        "float16" => DType.Float16,
        _ => throw new PralineException($"Unknown type '{name}': expected float32, bfloat16 or float16."),
    };
}
