using Praline.Models.Checkpoints;
using Praline.Models.Language;
using Praline.Models.Multimodal;
using Praline.Torch;
using Praline.Torch.Distributed;
using Praline.Training.Data;
using Praline.Training.Lora;

namespace Praline.Training.Tasks;

/// <summary>Opens a checkpoint for training: marks what trains, puts the adapter on, chooses where visual tokens come from.</summary>
internal static class ModelSetup
{
    private const string LastLayers = "last_layers:";

    internal static VisionLanguageModel Load(TrainOptions options)
    {
        var device = Device.Parse(options.Device);
        CudaDevice.Require(device);
        var load = new LoadOptions
        {
            Device = device,
            TokenKeptRatio = options.TokenKeptRatio,
            DType = options.TorchDtype is { } name ? DTypeOf(name) : device.Type == DeviceType.Cpu ? DType.Float32 : null,
        };
        return options.FromScratch
            ? AuroraCap.Create(options.PretrainedPth, options.Loop.Seed, load)
            : VisionLanguageModel.Load(options.PretrainedPth, load);
    }

    internal static TrainedModel Prepare(VisionLanguageModel model, TrainOptions options, World? world = null)
    {
        foreach (var part in Enum.GetValues<ModelPart>())
        {
            foreach (var (_, parameter) in model.Parameters(part))
            {
                parameter.RequiresGrad = false;
            }
        }

        if (options.AdapterPath is not null && !options.Train.Contains("lora"))
        {
            throw new PralineException($"adapter_path continues an adapter, but train ({string.Join(", ", options.Train)}) has no lora: add lora, or merge the adapter first (praline merge).");
        }

        var parts = options.Train.Where(t => t != "lora").ToArray();
        var adapter = options.Train.Contains("lora") ? Adapter(model, options) : null;
        var whole = parts.SelectMany(part => Unfreeze(model, part)).ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);
        var trainable = whole.Concat(adapter?.Parameters ?? new Dictionary<string, Tensor>()).ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);
        var tower = parts.Contains("vision") || adapter?.Parts.Contains(ModelPart.VisionTower) == true;
        var projector = parts.Contains("projector") || adapter?.Parts.Contains(ModelPart.Projector) == true;
        model.TowerCheckpointing = tower && options.GradientCheckpointing;
        var vision = Vision(model, new MediaReader(options.Frames), tower, projector, options, world);
        return new TrainedModel(model.Language, trainable, folder => Export(model, adapter, whole, folder), adapter, vision)
        {
            World = world ?? World.Single,
            WeightBytes = Enum.GetValues<ModelPart>().SelectMany(model.Parameters).Sum(p => p.Value.Numel * (long)p.Value.DType.Size()),
            Checkpointing = options.GradientCheckpointing,
            LossAverage = options.LossAverage,
            PositionIds = model.PositionIds,
        };
    }

    private static IVisionSource Vision(VisionLanguageModel model, MediaReader reader, bool tower, bool projector, TrainOptions options, World? world) => (tower || projector, model) switch
    {
        (true, AuroraCap aurora) => new TrainedVision(aurora, reader, tower, options.FrameCacheBytes, options.FeatureMemoryBytes),
        (true, _) => new LiveVision(model, reader, options.FrameCacheBytes, tower),
        _ => new FrozenVision(model, reader, options.VisionCache is { } cache ? new VisionCache(new VisionCacheOptions(cache)) : null, options.FeatureMemoryBytes, world, options.MediaAhead),
    };

    private static LoraAdapter Adapter(VisionLanguageModel model, TrainOptions options)
    {
        var type = model.Language.DType == DType.Float64 ? DType.Float64 : DType.Float32;
        return options.AdapterPath is { } path
            ? TrainedParts.Load(model, path, trainable: true, type)
                ?? throw new PralineException($"{path} has no adapter to go on with: merge it first (praline merge), and train the result.")
            : LoraAdapter.Create(
                model, [.. options.LoraParts.Select(PartOf)], options.Lora with { BaseModelNameOrPath = options.PretrainedPth }, options.Loop.Seed, type);
    }

    private static ModelPart PartOf(string name) => name switch
    {
        "language" => ModelPart.Language,
        "vision" => ModelPart.VisionTower,
        "projector" => ModelPart.Projector,
        _ => throw new PralineException($"lora_parts should be language, vision or projector, or several of them, found '{name}'."),
    };

    private static IEnumerable<KeyValuePair<string, Tensor>> Unfreeze(VisionLanguageModel model, string part)
    {
        IEnumerable<KeyValuePair<string, Tensor>> parameters = part switch
        {
            "language" => NonLora.Named(model, ModelPart.Language),
            "projector" => Projector(model),
            "vision" => NonLora.Named(model, ModelPart.VisionTower),
            _ when part.StartsWith(LastLayers, StringComparison.Ordinal) && int.TryParse(part[LastLayers.Length..], out var count) && count > 0 => Last(model, count),
            _ => throw new PralineException($"Nothing is called '{part}' that could train: expected lora, language, projector, vision or last_layers:N."),
        };
        foreach (var (name, parameter) in parameters)
        {
            parameter.RequiresGrad = true;
            yield return new(name, parameter);
        }
    }

    /// <summary>The module alone: LLaVA-NeXT's image_newline, which lies beside it, stays as it is.</summary>
    private static IEnumerable<KeyValuePair<string, Tensor>> Projector(VisionLanguageModel model) => NonLora.Named(model, ModelPart.Projector)
        .Where(p => model is not SingleFolderModel single || p.Key.StartsWith($"projector.{single.ProjectorModule}.", StringComparison.Ordinal));

    private static IEnumerable<KeyValuePair<string, Tensor>> Last(VisionLanguageModel model, int count)
    {
        var first = model.Language.Config.NumHiddenLayers - count;
        return NonLora.Named(model, ModelPart.Language).Where(p =>
        {
            var at = p.Key.IndexOf(".layers.", StringComparison.Ordinal);
            return at >= 0 && int.Parse(p.Key[(at + 8)..].Split('.')[0], System.Globalization.CultureInfo.InvariantCulture) >= first;
        });
    }

    /// <summary>An adapter as PEFT's files, with whole parts that trained beside it; without an adapter a full checkpoint.</summary>
    private static void Export(VisionLanguageModel model, LoraAdapter? adapter, Dictionary<string, Tensor> whole, string folder)
    {
        if (adapter is null)
        {
            model.Save(folder);
            return;
        }

        // A projector that trained whole is one of PEFT's modules_to_save where the model is one of transformers' own.
        const string prefix = "projector.";
        if (whole.Count > 0 && model is SingleFolderModel single && !adapter.Parts.Contains(ModelPart.Projector)
            && whole.Keys.All(key => key.StartsWith(prefix, StringComparison.Ordinal)))
        {
            adapter.Save(folder, [single.ProjectorModule], whole.Select(w => KeyValuePair.Create(w.Key[prefix.Length..], w.Value)));
            return;
        }

        adapter.Save(folder);
        if (whole.Count > 0)
        {
            NonLora.Save(folder, whole);
        }
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
