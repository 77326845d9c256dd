using Praline.Models.Checkpoints;
using Praline.Models.Multimodal;
using Praline.Torch;
using Praline.Torch.Serialization;

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
        using var adapter = TrainedParts.Load(model, trained);
        adapter?.MergeInto();
        model.Save(output, dtype);
    }
}
