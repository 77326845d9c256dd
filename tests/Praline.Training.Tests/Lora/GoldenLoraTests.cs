using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
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
        Golden.CaseNames("lora", folder => File.Exists(Path.Combine(folder, "adapter_config.json")));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Adapter_as_PEFT(string name)
    {
        Assert.SkipWhen(Golden.IsNone(name), "this golden folder has no such case");

        using var record = Golden.Record("lora", name);
        using var scope = new TensorScope();
        var folder = Golden.PathOf("lora", name);
        using var model = OpenBase(name);
        using var adapter = LoraAdapter.Load(model.Store, folder, trainable: true);
        var inputs = TestDevice.Place(SafetensorsFile.Load(Path.Combine(folder, "inputs.safetensors")));
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
        Assert.SkipWhen(Golden.IsNone(name), "this golden folder has no such case");

        using var record = Golden.Record("lora", name);
        var folder = Golden.PathOf("lora", name);
        using var meta = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "meta.json")));
        Assert.SkipWhen(!meta.RootElement.TryGetProperty("train", out var train), "this case has no training step");

        using var scope = new TensorScope();
        using var model = OpenBase(name);
        using var adapter = LoraAdapter.Load(model.Store, folder, trainable: true);
        var inputs = TestDevice.Place(SafetensorsFile.Load(Path.Combine(folder, "inputs.safetensors")));
        var expected = SafetensorsFile.Load(Path.Combine(folder, "expected.safetensors"));
        var steps = train.GetProperty("steps").EnumerateArray().ToArray();
        // "torch.optim.AdamW lr 0.01 betas 0.9,0.999 eps 1e-8 weight_decay 0.01"
        // "get_linear_schedule_with_warmup(num_warmup_steps=2,num_training_steps=6)"
        var (optimizerText, scheduleText) = (train.GetProperty("optimizer").GetString()!, train.GetProperty("scheduler").GetString()!);
        var rate = Number(optimizerText, @"lr (\S+)");
        var schedule = new LearningRateSchedule(
            Regex.Match(scheduleText, "^get_(.+?)(_schedule)?(_with_warmup)?\\(").Groups[1].Value,
            (int)Number(scheduleText, "num_warmup_steps=([0-9]+)"), (int)Number(scheduleText, "num_training_steps=([0-9]+)"));
        using var optimizer = new AdamW(adapter.Parameters, new AdamWOptions
        {
            LearningRate = rate,
            Beta1 = Number(optimizerText, "betas ([^,]+),"),
            Beta2 = Number(optimizerText, @"betas [^,]+,(\S+)"),
            Eps = Number(optimizerText, @"eps (\S+)"),
            WeightDecay = Number(optimizerText, @"weight_decay (\S+)"),
        });
        foreach (var step in steps)
        {
            optimizer.LearningRate = rate * schedule.Factor(step.GetProperty("step").GetInt32());
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
        Assert.SkipWhen(Golden.IsNone(name), "this golden folder has no such case");

        using var record = Golden.Record("lora", name);
        using var scope = new TensorScope();
        using var model = OpenBase(name);
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

    /// <summary>The model beside the adapter that its <c>base_model_name_or_path</c> names.</summary>
    private static TinyLlama OpenBase(string name)
    {
        using var config = JsonDocument.Parse(File.ReadAllBytes(Golden.PathOf("lora", name, "adapter_config.json")));
        var folder = Path.GetFullPath(Golden.PathOf("lora", name, config.RootElement.GetProperty("base_model_name_or_path").GetString() ?? ""));
        folder = File.Exists(Path.Combine(folder, "config.json")) ? folder : Golden.PathOf("lora", "base");
        Golden.Record("lora", Path.GetFileName(folder)).Dispose();
        return new TinyLlama(folder);
    }

    private static double Number(string text, string pattern) =>
        double.Parse(Regex.Match(text, pattern).Groups[1].Value, CultureInfo.InvariantCulture);

    private static Tensor Gradient(Dictionary<string, Tensor> expected, string prefix, string key) =>
        // PEFT's live names of DoRA magnitudes end in .weight, its saved ones don't (README of the golden numbers).
        expected.TryGetValue(prefix + key, out var tensor) ? tensor : expected[prefix + key + ".weight"];
}
