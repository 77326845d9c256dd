using Praline.Models.Checkpoints;

namespace Praline.Models.Multimodal;

/// <summary>Which class opens which checkpoint.</summary>
internal static class VisionLanguageModels
{
    private static readonly Dictionary<string, string> Hints = new(StringComparer.Ordinal)
    {
        ["llava_llama"] = "This is the LLaVA authors' own format: use the Hugging Face one, such as llava-hf/llava-1.5-7b-hf.",
        ["llava_mistral"] = "This is the LLaVA authors' own format: use the Hugging Face one, such as llava-hf/llava-v1.6-mistral-7b-hf.",
    };

    internal static VisionLanguageModel Open(string folder, LoadOptions options)
    {
        var kind = Identify(folder);
        return kind switch
        {
            ModelKind.AuroraCap => AuroraCap.Load(folder, options),
            ModelKind.Llava => Llava.Load(folder, options),
            ModelKind.LlavaNext => LlavaNext.Load(folder, options),
            ModelKind.Language => TextModel.Load(folder, options),
            ModelKind.Qwen2Vl or ModelKind.Qwen25Vl => Qwen2Vl.Load(folder, options),
            ModelKind.Qwen3Vl => Families.Qwen3VL.Qwen3Vl.Load(folder, options),
            _ => throw new PralineException(
                $"{folder} holds a vision tower alone. AuroraCap has its language model at the root and the folders visual_encoder/ and projector/ inside."),
        };
    }

    private static ModelKind Identify(string folder)
    {
        try
        {
            return ModelRegistry.Identify(folder);
        }
        catch (PralineException error) when (ConfigReader.TryOpen(folder, "config.json")?.String("model_type") is { } type
            && Hints.TryGetValue(type, out var hint))
        {
            throw new PralineException($"{error.Message} {hint}", error);
        }
    }
}
