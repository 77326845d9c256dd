using System.Text.Json;
using Praline.Models.Language;
using Praline.Testing;
using Praline.Torch;
using Praline.Torch.Nn;
using Praline.Torch.Optim;
using Praline.Torch.Serialization;
using Praline.Training.Lora;

namespace Praline.Training.Tests.Lora;

/// <summary>Adapters against PEFT 0.15.0 on the tiny Llama in <c>lora/base</c>: logits, loss, gradients, merged weights, a short training.</summary>
public class GoldenLoraTests
{
    public static TheoryData<string> Cases =>
        [.. Golden.Cases("lora").Where(folder => File.Exists(Path.Combine(folder, "adapter_config.json"))).Select(folder => Path.GetFileName(folder)!)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Adapter_as_PEFT(string name)
    {
        using var scope = new TensorScope();
        var folder = Golden.PathOf("lora", name);
        using var model = new TinyLlama(Golden.PathOf("lora", "base"));
        using var adapter = LoraAdapter.Load(model.Store, folder, trainable: true);
        var inputs = SafetensorsFile.Load(Path.Combine(folder, "inputs.safetensors"));
        var expected = SafetensorsFile.Load(Path.Combine(folder, "expected.safetensors"));
        var real = inputs["attention_mask"].ToArray<long>().SelectMany(m => Enumerable.Repeat(m != 0, (int)model.Language.Config.VocabSize)).ToArray();

        var logits = model.Logits(inputs);
        Close.Equal(expected["logits_adapter"].ToArray<double>(), logits.ToArray<double>(), 1e-4, 1e-4, "logits", real);
        var loss = TinyLlama.Loss(logits, inputs["labels"]);
        Close.Equal(expected["loss_adapter"].ToArray<double>(), loss.ToArray<double>(), 2e-5, 1e-5, "loss");
        loss.Backward();
        foreach (var (key, parameter) in adapter.Parameters)
        {
            Close.Equal(Gradient(expected, "grad.", key), parameter.Grad!, 1e-5, 1e-3, $"gradient of {key}");
        }

        adapter.Enabled = false;
        var plain = model.Logits(inputs);
        Close.Equal(expected["logits_disabled"].ToArray<double>(), plain.ToArray<double>(), 1e-4, 1e-4, "logits without adapter", real);
        Close.Equal(expected["loss_disabled"].ToArray<double>(), TinyLlama.Loss(plain, inputs["labels"]).ToArray<double>(), 2e-5, 1e-5, "loss without adapter");
        adapter.Enabled = true;

        var merged = adapter.MergedWeights();
        Assert.Equal(expected.Keys.Count(k => k.StartsWith("merged.", StringComparison.Ordinal)), merged.Count);
        foreach (var (key, weight) in merged)
        {
            Close.Equal(expected[$"merged.{key}"], weight, 1e-5, 1e-5, $"merged {key}");
        }

        adapter.MergeInto();
        Close.Equal(expected["logits_merged"].ToArray<double>(), model.Logits(inputs).ToArray<double>(), 1e-4, 1e-4, "merged logits", real);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Short_training_as_PEFT(string name)
    {
        var folder = Golden.PathOf("lora", name);
        using var meta = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "meta.json")));
        if (!meta.RootElement.TryGetProperty("train", out var train))
        {
            return; // this case has no training run
        }

        using var scope = new TensorScope();
        using var model = new TinyLlama(Golden.PathOf("lora", "base"));
        using var adapter = LoraAdapter.Load(model.Store, folder, trainable: true);
        var inputs = SafetensorsFile.Load(Path.Combine(folder, "inputs.safetensors"));
        var expected = SafetensorsFile.Load(Path.Combine(folder, "expected.safetensors"));
        var steps = train.GetProperty("steps").EnumerateArray().ToArray();
        // "optimizer" and "scheduler" in meta.json name the settings; they are the same for every case of this set.
        var schedule = new LearningRateSchedule("linear", WarmupSteps: 2, TotalSteps: steps.Length);
        using var optimizer = new AdamW(adapter.Parameters, new AdamWOptions { LearningRate = 0.01, WeightDecay = 0.01 });
        foreach (var step in steps)
        {
            optimizer.LearningRate = 0.01 * schedule.Factor(step.GetProperty("step").GetInt32());
            Close.Equal([step.GetProperty("lr").GetDouble()], [optimizer.LearningRate], 1e-12, 1e-9, "learning rate");
            optimizer.ZeroGrad();
            var loss = TinyLlama.Loss(model.Logits(inputs), inputs["labels"]);
            Close.Equal([step.GetProperty("loss").GetDouble()], loss.ToArray<double>(), 1e-4, 1e-4, $"loss at step {step.GetProperty("step")}");
            loss.Backward();
            var norm = GradientClipping.ClipGradNorm(adapter.Parameters.Values, train.GetProperty("clip_grad_norm").GetDouble());
            Close.Equal([step.GetProperty("grad_norm_before_clip").GetDouble()], [norm], 1e-4, 1e-4, "gradient norm");
            optimizer.Step();
        }

        foreach (var (key, parameter) in adapter.Parameters)
        {
            Close.Equal(Gradient(expected, "trained.", key), parameter, 1e-4, 1e-3, $"trained {key}");
        }

        var final = TinyLlama.Loss(model.Logits(inputs), inputs["labels"]);
        Close.Equal([train.GetProperty("final_loss").GetDouble()], final.ToArray<double>(), 1e-4, 1e-4, "final loss");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Saved_files_load_again(string name)
    {
        using var scope = new TensorScope();
        using var model = new TinyLlama(Golden.PathOf("lora", "base"));
        var folder = Directory.CreateTempSubdirectory("praline-lora-").FullName;
        using (var adapter = LoraAdapter.Load(model.Store, Golden.PathOf("lora", name)))
        {
            adapter.Save(folder);
        }

        var (written, given) = (SafetensorsFile.Load(Path.Combine(folder, "adapter_model.safetensors")), SafetensorsFile.Load(Golden.PathOf("lora", name, "adapter_model.safetensors")));
        Assert.Equal(given.Keys.Order(), written.Keys.Order());
        foreach (var (key, tensor) in given)
        {
            Close.Equal(tensor, written[key], 0, 0, key);
        }

        var (ours, theirs) = (LoraConfig.Read(folder), LoraConfig.Read(Golden.PathOf("lora", name)));
        Assert.Equivalent(theirs, ours);
        Directory.Delete(folder, recursive: true);
    }

    private static Tensor Gradient(Dictionary<string, Tensor> expected, string prefix, string key) =>
        // PEFT's live names of DoRA magnitudes end in .weight, its saved ones don't (README of the golden numbers).
        expected.TryGetValue(prefix + key, out var tensor) ? tensor : expected[prefix + key + ".weight"];
}
