using Praline.Models.Checkpoints;
using Praline.Models.Language;

namespace Praline.Models.Vision;

/// <summary>What the configurations of all vision towers must keep to.</summary>
internal static class VisionConfigs
{
    /// <summary>Fails when the numbers do not fit each other.</summary>
    /// <exception cref="PralineException">They do not: file and key are named.</exception>
    internal static void Check(ConfigReader json, int hidden, int heads, int imageSize, int patchSize, string activation)
    {
        if (hidden % heads != 0)
        {
            throw json.Error("num_attention_heads", $"{hidden} hidden units can't be shared out to {heads} heads.");
        }

        if (imageSize < patchSize)
        {
            throw json.Error("image_size", $"images of {imageSize} pixels have no whole patch of {patchSize}.");
        }

        if (!Activation.IsKnown(activation))
        {
            throw json.Error("hidden_act", $"expected one of {Activation.Known}, found \"{activation}\".");
        }
    }
}
