namespace Praline.Models.Checkpoints;

/// <summary>Tells what a checkpoint folder holds, by <c>model_type</c> or else <c>architectures</c> in its config.json.</summary>
public static class ModelRegistry
{
    private static readonly (ModelKind Kind, string ModelType, string[] Architectures)[] Known =
    [
        (ModelKind.Language, "llama", ["LlamaForCausalLM", "LLaMAForCausalLM"]),
        (ModelKind.Language, "mistral", ["MistralForCausalLM"]),
        (ModelKind.Language, "qwen2", ["Qwen2ForCausalLM"]),
        (ModelKind.Language, "qwen3", ["Qwen3ForCausalLM"]),
        (ModelKind.Llava, "llava", ["LlavaForConditionalGeneration"]),
        (ModelKind.LlavaNext, "llava_next", ["LlavaNextForConditionalGeneration"]),
        (ModelKind.AuroraCap, "auroracap", ["AuroraCap", "AuroraModel"]),
        (ModelKind.Qwen2Vl, "qwen2_vl", ["Qwen2VLForConditionalGeneration"]),
        (ModelKind.Qwen25Vl, "qwen2_5_vl", ["Qwen2_5_VLForConditionalGeneration"]),
        (ModelKind.Qwen3Vl, "qwen3_vl", ["Qwen3VLForConditionalGeneration"]),
        (ModelKind.ClipVision, "clip_vision_model", ["CLIPVisionModel", "CLIPVisionModelWithProjection"]),
        (ModelKind.ClipVision, "clip", ["CLIPModel"]),
        (ModelKind.SiglipVision, "siglip_vision_model", ["SiglipVisionModel"]),
        (ModelKind.SiglipVision, "siglip", ["SiglipModel"]),
    ];

    /// <summary>Every <c>model_type</c> that can be opened.</summary>
    public static IEnumerable<string> KnownTypes => Known.Select(entry => entry.ModelType);

    /// <summary>What the folder holds.</summary>
    /// <exception cref="PralineException">There is no config.json, or its model is none of those that are known.</exception>
    public static ModelKind Identify(string folder)
    {
        var config = ConfigReader.Open(folder);
        var (type, architectures) = (config.String("model_type"), config.Strings("architectures"));
        foreach (var (kind, modelType, classes) in Known)
        {
            if (type is null ? classes.Intersect(architectures).Any() : modelType == type)
            {
                // AuroraCap's root looks like its language model's own folder.
                return kind == ModelKind.Language && Directory.Exists(Path.Combine(folder, "visual_encoder"))
                    ? ModelKind.AuroraCap
                    : kind;
            }
        }

        var found = type is not null ? $"model_type \"{type}\"" : $"architectures [{string.Join(", ", architectures)}]";
        throw new PralineException($"{config.File}: {found} is not a model that Praline knows. Known are {string.Join(", ", KnownTypes)}.");
    }
}
