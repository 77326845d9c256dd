using Praline.Torch;
using Praline.Torch.Serialization;
using Praline.Training.Lora;

namespace Praline.Training.Tests.Lora;

/// <summary>
/// What PEFT writes beside the updates, read as PEFT reads it (checked against PEFT itself by scripts/reference/check_adapters.py): whole modules,
/// the base weights of adapted embeddings, names of later transformers versions, modules left out.
/// </summary>
public sealed class PeftFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("praline-peft-").FullName;

    private static LoraConfig Config => new() { R = 2, LoraAlpha = 4, LoraDropout = 0, TargetModules = ["q_proj", "up_proj"] };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Whole_modules_replace_the_weights()
    {
        using var scope = new TensorScope();
        using var tiny = TinyLlama.Random();
        using var adapter = LoraAdapter.Create(tiny.Store, Config, 1);
        adapter.Save(_folder, ["norm"], tiny.Store.Parameters.Where(p => p.Key.EndsWith("norm.weight", StringComparison.Ordinal)).Select(p => KeyValuePair.Create(p.Key, p.Value + 2)));
        adapter.Dispose();

        // PEFT takes every module whose name ends with these letters: input_layernorm too.
        var before = tiny.Store.Parameters.ToDictionary(p => p.Key, p => p.Value.ToArray<double>()[0]);
        using var loaded = LoraAdapter.Load(tiny.Store, _folder);
        foreach (var (name, parameter) in tiny.Store.Parameters)
        {
            Assert.Equal(before[name] + (name.EndsWith("norm.weight", StringComparison.Ordinal) ? 2 : 0), parameter.ToArray<double>()[0], 5);
        }
    }

    [Fact]
    public void Base_weights_of_adapted_layers_and_other_versions_names_do_no_harm()
    {
        using var scope = new TensorScope();
        using var tiny = TinyLlama.Random();
        using var adapter = LoraAdapter.Create(tiny.Store, Config, 1);
        adapter.Save(_folder);
        var names = adapter.Parameters.ToDictionary(p => p.Key.Replace("base_model.model.model.", "base_model.model.model.language_model.", StringComparison.Ordinal), p => p.Value);
        names["base_model.model.model.language_model.embed_tokens.base_layer.weight"] = Tensor.Zeros([61, 32]);
        var expected = adapter.Parameters.ToDictionary(p => p.Key, p => p.Value.ToArray<double>());
        SafetensorsWriter.Write(Path.Combine(_folder, "adapter_model.safetensors"), names);
        adapter.Dispose();
        using var loaded = LoraAdapter.Load(tiny.Store, _folder);
        Assert.Equal(expected.Keys, loaded.Parameters.Keys);
        Assert.All(loaded.Parameters, p => Assert.Equal(expected[p.Key], p.Value.ToArray<double>()));
    }

    [Fact]
    public void Excluded_modules_are_left_out()
    {
        using var tiny = TinyLlama.Random();
        using var adapter = LoraAdapter.Create(tiny.Store, Config with { ExcludeModules = ["up_proj"] }, 1);
        Assert.All(adapter.Modules, module => Assert.EndsWith("q_proj", module));
        adapter.Save(_folder);
        Assert.Equal(["up_proj"], LoraConfig.Read(_folder).ExcludeModules);
    }

    [Fact]
    public void Whole_modules_tokens_and_biases_train_on_and_are_saved()
    {
        using var scope = new TensorScope();
        using var tiny = TinyLlama.Random(tied: true);
        var config = Config with { ModulesToSave = ["lm_head"], TrainableTokenIndices = new Dictionary<string, IReadOnlyList<int>>() };
        using (var fresh = LoraAdapter.Create(tiny.Store, config, 1))
        {
            fresh.Save(_folder);
        }

        using var adapter = LoraAdapter.Load(tiny.Store, _folder, trainable: true);
        var head = adapter.Parameters["base_model.model.lm_head.weight"];
        var ids = Tensor.From<long>(new long[] { 3, 5, 7, 9 }, 1, 4);
        var inputs = new Dictionary<string, Tensor> { ["input_ids"] = ids, ["attention_mask"] = Tensor.From<long>(new long[] { 1, 1, 1, 1 }, 1, 4) };
        TinyLlama.Loss(tiny.Logits(inputs), ids).Backward();
        Assert.True(head.Grad!.Abs().Sum().Item<float>() > 0);
        Assert.Null(tiny.Language.EmbedTokens.Weight.Grad);
    }

    [Theory]
    [InlineData("IA3")]
    [InlineData("LOHA")]
    [InlineData("VERA")]
    [InlineData("OFT")]
    [InlineData("ADALORA")]
    public void Other_methods_are_refused_by_name(string method)
    {
        File.WriteAllText(Path.Combine(_folder, "adapter_config.json"), $$"""{"peft_type": "{{method}}", "r": 2}""");
        Assert.Contains(method, Assert.Throws<PralineException>(() => LoraConfig.Read(_folder)).Message);
    }

    [Theory]
    [InlineData("\"init_lora_weights\": \"pissa_niter_4\"", "pissa_niter_4")]
    [InlineData("\"layer_replication\": [[0, 2]]", "layer_replication")]
    [InlineData("\"use_qalora\": true", "use_qalora")]
    [InlineData("\"bias\": \"some\"", "bias")]
    [InlineData("\"init_lora_weights\": \"corda\"", "corda")]
    [InlineData("\"a_setting_of_tomorrow\": 3", "a_setting_of_tomorrow")]
    public void What_changes_the_result_and_is_not_known_is_refused(string setting, string named)
    {
        Write(setting);
        Assert.Contains(named, Assert.Throws<PralineException>(() => LoraConfig.Read(_folder)).Message);
        Write("\"init_lora_weights\": \"gaussian\", \"use_qalora\": false, \"layer_replication\": null, \"bias\": \"none\"");
        Assert.Equal(2, LoraConfig.Read(_folder).R);

        void Write(string text) => File.WriteAllText(
            Path.Combine(_folder, "adapter_config.json"), $$"""{"peft_type": "LORA", "r": 2, "lora_alpha": 4, "target_modules": ["q_proj"], {{text}}}""");
    }
}
