using System.Text.Json;
using System.Text.Json.Nodes;
using Praline.Torch;
using Praline.Torch.Serialization;

namespace Praline.Models.Multimodal;

/// <summary>Writes a folder that Hugging Face's loaders read: weights in one safetensors file, and the other files beside them.</summary>
public static class CheckpointWriter
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>
    /// Copies the small files of <paramref name="source"/> (configurations, tokenizer; no weights, no subfolders), sets
    /// <c>torch_dtype</c> (and <c>tie_word_embeddings</c> to false where an output layer got a weight of its own), and writes <c>model.safetensors</c> last: a folder that has it is complete.
    /// </summary>
    /// <param name="source">The folder that the model was opened from.</param>
    /// <param name="target">Where to write; made when there is no such folder.</param>
    /// <param name="parameters">Parameters by their name in the checkpoint.</param>
    /// <param name="dtype">The type on disk.</param>
    public static void Write(string source, string target, IReadOnlyDictionary<string, Tensor> parameters, DType dtype)
    {
        Directory.CreateDirectory(target);
        foreach (var file in Directory.EnumerateFiles(source).Where(IsSmallFile).Order(StringComparer.Ordinal))
        {
            var destination = Path.Combine(target, Path.GetFileName(file));
            if (Path.GetFileName(file) == "config.json")
            {
                AtomicFile.WriteText(destination, Configuration(file, parameters, dtype));
            }
            else if (Path.GetFullPath(file) != Path.GetFullPath(destination))
            {
                var bytes = File.ReadAllBytes(file);
                AtomicFile.Write(destination, stream => stream.Write(bytes));
            }
        }

        using var noGrad = NoGrad.Begin();
        using var scope = new TensorScope();
        SafetensorsWriter.Write(
            Path.Combine(target, "model.safetensors"),
            parameters.ToDictionary(p => p.Key, p => p.Value.Detach().To(dtype), StringComparer.Ordinal));
    }

    private static bool IsSmallFile(string path)
    {
        var name = Path.GetFileName(path);
        return !name.StartsWith('.') && !name.EndsWith(".safetensors", StringComparison.Ordinal)
            && !name.EndsWith(".safetensors.index.json", StringComparison.Ordinal) && !name.EndsWith(".bin", StringComparison.Ordinal)
            && !name.EndsWith(".pt", StringComparison.Ordinal) && !name.EndsWith(".pth", StringComparison.Ordinal);
    }

    private static string Configuration(string file, IReadOnlyDictionary<string, Tensor> parameters, DType dtype)
    {
        var config = JsonNode.Parse(File.ReadAllBytes(file))!.AsObject();
        if (parameters.Keys.Any(name => name == "lm_head.weight" || name.EndsWith(".lm_head.weight", StringComparison.Ordinal)))
        {
            foreach (var part in new[] { config, config["text_config"] as JsonObject }.OfType<JsonObject>().Where(part => part["tie_word_embeddings"]?.GetValue<bool>() == true))
            {
                part["tie_word_embeddings"] = false;
            }
        }

        config["torch_dtype"] = dtype.ToString().ToLowerInvariant();
        return config.ToJsonString(Indented) + "\n";
    }
}
