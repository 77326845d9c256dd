using Praline.Models.Checkpoints;

namespace Praline.Models.Multimodal;

/// <summary>The registry: which class opens which checkpoint.</summary>
public static class VisionLanguageModels
{
    private static readonly Dictionary<string, Func<string, LoadOptions, VisionLanguageModel>> ByType = new(StringComparer.Ordinal)
    {
    };

    /// <summary>What is known: AuroraCap by its folders, the others by <c>model_type</c>.</summary>
    public static IReadOnlyList<string> Known => ["auroracap", .. ByType.Keys.Order(StringComparer.Ordinal)];

    internal static VisionLanguageModel Open(string folder, LoadOptions options)
    {
        if (AuroraCapFiles.Has(folder))
        {
            return AuroraCap.Load(folder, options);
        }

        var type = ConfigReader.Open(folder).String("model_type") ?? "(none)";
        return ByType.TryGetValue(type, out var open)
            ? open(folder, options)
            : throw new PralineException(
                $"{folder}: model_type \"{type}\" is no vision-language model that Praline knows. Known are {string.Join(", ", Known)} "
                + "(AuroraCap by its folders visual_encoder/ and projector/).");
    }
}
