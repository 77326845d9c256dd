using System.Text.Json;
using Praline.Models.Multimodal;
using Praline.Testing;
using Praline.Torch;
using Praline.Torch.Serialization;
using Praline.Training.Lora;

namespace Praline.Training.Tests.Lora;

/// <summary>
/// Adapters as PEFT 0.20 saves and loads them: whole and tied modules, trained tokens, biases, DoRA on embeddings, PiSSA, OLoRA. Each has the loaded model's logits,
/// or is refused by the name of what it asks for; wrong it may not be.
/// </summary>
public class GoldenAdaptersTests
{
    public static TheoryData<string> Cases =>
        Golden.CaseNames("adapters", folder => File.Exists(Path.Combine(folder, "adapter_config.json")));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Golden_adapter_as_PEFT_loads_it_saved_again_and_merged(string name)
    {
        Assert.SkipWhen(Golden.IsNone(name), "this golden folder has no such case");

        using var record = Golden.Record("adapters", name);
        using var scope = new TensorScope();
        var folder = Golden.PathOf("adapters", name);
        var expected = SafetensorsFile.Load(Path.Combine(folder, "expected.safetensors"))["logits"];
        var inputs = TestDevice.Place(SafetensorsFile.Load(Path.Combine(folder, "inputs.safetensors")));
        var real = inputs["attention_mask"].ToArray<long>().SelectMany(m => Enumerable.Repeat(m != 0, (int)expected.Size(2))).ToArray();
        var temporary = Directory.CreateTempSubdirectory("praline-adapter-");

        using var model = OpenBase(folder);
        var without = model.Logits(inputs).ToArray<double>();
        if (Refusal(folder) is { } named)
        {
            Assert.Contains(named, Assert.Throws<PralineException>(() => LoraAdapter.Load(model.Store, folder)).Message);
            record.Exact();
            return;
        }

        using (var adapter = LoraAdapter.Load(model.Store, folder, trainable: true))
        {
            Close.Equal(expected.ToArray<double>(), model.Logits(inputs).ToArray<double>(), 1e-4, 1e-4, "logits", real);
            adapter.Save(temporary.FullName);
            adapter.Enabled = false;
            if (!adapter.ReplacesWeights)
            {
                Close.Equal(without, model.Logits(inputs).ToArray<double>(), 0, 0, "logits without the adapter", real);
            }
        }

        // What was saved is what was read, but for base weights that PEFT adds and that are the model's own.
        var (written, given) = (SafetensorsFile.Load(Path.Combine(temporary.FullName, "adapter_model.safetensors")), SafetensorsFile.Load(Path.Combine(folder, "adapter_model.safetensors")));
        Assert.Equal(given.Keys.Where(k => !k.EndsWith(".base_layer.weight", StringComparison.Ordinal)).Order(), written.Keys.Order());
        Assert.All(written, w => Assert.Equal(given[w.Key].ToArray<double>(), w.Value.ToArray<double>()));
        Assert.Equivalent(LoraConfig.Read(folder), LoraConfig.Read(temporary.FullName));

        using var again = OpenBase(folder);
        using var saved = LoraAdapter.Load(again.Store, temporary.FullName);
        Close.Equal(expected.ToArray<double>(), again.Logits(inputs).ToArray<double>(), 1e-4, 1e-4, "logits of the saved adapter", real);
        if (saved.Config.LoraBias)
        {
            Assert.Contains("lora_bias", Assert.Throws<PralineException>(saved.MergeInto).Message);
        }
        else
        {
            saved.MergeInto();
            Close.Equal(expected.ToArray<double>(), again.Logits(inputs).ToArray<double>(), 1e-4, 1e-4, "merged logits", real);

            // And as a checkpoint, whose output layer has a weight of its own where it needs one.
            var merged = Path.Combine(temporary.FullName, "merged");
            CheckpointWriter.Write(BaseOf(folder), merged, again.Store.Parameters, DType.Float32);
            using var checkpoint = new TinyLlama(merged);
            Close.Equal(expected.ToArray<double>(), checkpoint.Logits(inputs).ToArray<double>(), 1e-4, 1e-4, "logits of the merged checkpoint", real);
        }

        temporary.Delete(recursive: true);
    }

    /// <summary>What an adapter asks for that is not supported.</summary>
    private static string? Refusal(string folder)
    {
        using var config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "adapter_config.json")));
        return config.RootElement.TryGetProperty("target_parameters", out var parameters) && parameters.ValueKind == JsonValueKind.Array ? "target_parameters" : null;
    }

    private static TinyLlama OpenBase(string folder)
    {
        Golden.Record("adapters", Path.GetFileName(BaseOf(folder))).Dispose();
        return new TinyLlama(BaseOf(folder));
    }

    private static string BaseOf(string folder)
    {
        using var config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "adapter_config.json")));
        return Path.GetFullPath(Path.Combine(folder, config.RootElement.GetProperty("base_model_name_or_path").GetString()!));
    }
}
