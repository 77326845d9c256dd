using Praline.Models.Checkpoints;
using Praline.Models.Multimodal;
using Praline.Torch;
using Praline.Torch.Serialization;
using Praline.Training.Lora;
using Praline.Training.Tasks;

namespace Praline.Training;

/// <summary>From a checkpoint and what was trained beside it to one full checkpoint: what <c>praline merge</c> calls.</summary>
public static class MergeSession
{
    /// <summary>
    /// Adds an adapter (PEFT's files) and whole parts (<c>non_lora_trainables.safetensors</c>), whichever the folder has, to a checkpoint.
    /// </summary>
    /// <param name="pretrainedPth">The checkpoint that was trained on.</param>
    /// <param name="trained">A run's <c>epochN</c> or <c>best</c> folder, or any PEFT adapter.</param>
    /// <param name="output">Where the full checkpoint goes.</param>
    /// <param name="dtype">The type of its weights; null keeps the checkpoint's.</param>
    /// <exception cref="PralineException">A folder is not what it should be, or the parts don't fit each other.</exception>
    public static void Run(string pretrainedPth, string trained, string output, DType? dtype = null)
    {
        if (Directory.Exists(output) && Directory.EnumerateFileSystemEntries(output).Any())
        {
            throw new PralineException($"{output} is not empty: give another output folder.");
        }

        using var scope = new TensorScope();
        using var model = VisionLanguageModel.Load(pretrainedPth, new LoadOptions());
        var whole = Path.Combine(trained, NonLora.FileName);
        var hasAdapter = File.Exists(Path.Combine(trained, "adapter_config.json"));
        if (!hasAdapter && !File.Exists(whole))
        {
            throw new PralineException($"{trained} has neither an adapter (adapter_config.json) nor {NonLora.FileName}: there is nothing to merge.");
        }

        if (File.Exists(whole))
        {
            NonLora.Apply(model, whole);
        }

        if (hasAdapter)
        {
            using var adapter = LoraAdapter.Load(model, trained);
            adapter.MergeInto();
        }

        model.Save(output, dtype);
    }
}
