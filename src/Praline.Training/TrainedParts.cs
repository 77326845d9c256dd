using Praline.Models.Multimodal;
using Praline.Torch;
using Praline.Training.Lora;
using Praline.Training.Tasks;

namespace Praline.Training;

/// <summary>What a training wrote beside its checkpoint: an adapter (PEFT's files), whole parts, or both.</summary>
public static class TrainedParts
{
    /// <summary>Whether a training's folder has whole parts, which replace the checkpoint's weights.</summary>
    public static bool HasWholeParts(string folder) => File.Exists(Path.Combine(folder, NonLora.FileName));

    /// <summary>
    /// Puts them on the checkpoint that was trained: whole parts replace its weights, the adapter is put on.
    /// </summary>
    /// <param name="model">The checkpoint.</param>
    /// <param name="folder">A run's <c>epochN</c> or <c>best</c> folder, or any PEFT adapter.</param>
    /// <param name="trainable">Whether the adapter trains on.</param>
    /// <param name="dtype">The adapter's type.</param>
    /// <returns>The adapter; null when whole parts alone were trained.</returns>
    /// <exception cref="PralineException">The folder has neither, or they do not fit the checkpoint.</exception>
    public static LoraAdapter? Load(VisionLanguageModel model, string folder, bool trainable = false, DType dtype = DType.Float32)
    {
        var whole = Path.Combine(folder, NonLora.FileName);
        var hasAdapter = File.Exists(Path.Combine(folder, "adapter_config.json"));
        if (!hasAdapter && !File.Exists(whole))
        {
            throw new PralineException($"{folder} has neither an adapter (adapter_config.json) nor {NonLora.FileName}.");
        }

        if (File.Exists(whole))
        {
            NonLora.Apply(model, whole);
        }

        return hasAdapter ? LoraAdapter.Load(model, folder, trainable, dtype) : null;
    }
}
