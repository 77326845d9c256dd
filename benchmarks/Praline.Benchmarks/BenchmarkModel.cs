using System.Text.Json;
using Praline.Models.Language;
using Praline.Torch;
using Praline.Torch.Nn;
using Praline.Torch.Serialization;

namespace Praline.Benchmarks;

/// <summary>A Llama with random weights of the size that the settings ask for, and its bare matrix products.</summary>
internal sealed class BenchmarkModel : IDisposable
{
    internal BenchmarkModel(Arguments arguments)
    {
        var hidden = arguments.Int("hidden", 1024);
        Config = new LlamaConfig
        {
            HiddenSize = hidden,
            IntermediateSize = arguments.Int("intermediate", hidden * 11 / 4 / 32 * 32),
            NumHiddenLayers = arguments.Int("layers", 4),
            NumAttentionHeads = arguments.Int("heads", hidden / 64),
            NumKeyValueHeads = arguments.Int("kv", hidden / 64),
            HeadDim = 64,
            VocabSize = arguments.Int("vocab", 8192),
        };
        Config = Config with { HeadDim = hidden / Config.NumAttentionHeads };
        Store = new ParameterStore(new RandomSource(1));
        Model = new LlamaModel(Config, Store.Root);
    }

    /// <summary>Writes one as a checkpoint, with the small captioner's tokenizer and so its vocabulary; says what it is.</summary>
    internal static string Write(Arguments arguments, string folder)
    {
        var shipped = Path.Combine(AppContext.BaseDirectory, "../../../../models/small-captioner");
        foreach (var file in new[] { "tokenizer.json", "tokenizer_config.json", "generation_config.json" })
        {
            File.Copy(Path.Combine(shipped, file), Path.Combine(folder, file));
        }

        using var shippedConfig = JsonDocument.Parse(File.ReadAllText(Path.Combine(shipped, "config.json")));
        using var model = new BenchmarkModel(arguments.With("vocab", shippedConfig.RootElement.GetProperty("vocab_size").GetInt32()));
        var config = model.Config;
        File.WriteAllText(Path.Combine(folder, "config.json"), JsonSerializer.Serialize(new
        {
            model_type = "llama",
            hidden_size = config.HiddenSize,
            intermediate_size = config.IntermediateSize,
            num_hidden_layers = config.NumHiddenLayers,
            num_attention_heads = config.NumAttentionHeads,
            num_key_value_heads = config.NumKeyValueHeads,
            vocab_size = config.VocabSize,
            max_position_embeddings = 4096,
            bos_token_id = 1,
            eos_token_id = 2,
        }));
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), model.Store.Parameters.ToDictionary());
        return model.ToString();
    }

    internal LlamaConfig Config { get; }

    internal ParameterStore Store { get; }

    internal LlamaModel Model { get; }

    /// <summary>The products x · Wᵀ of every linear layer for so many tokens, and the head's for those that need logits.</summary>
    internal void MatrixProducts(int tokens, int logitRows)
    {
        using var noGrad = NoGrad.Begin();
        foreach (var (name, linear) in Store.Linears)
        {
            using var scope = new TensorScope();
            F.Linear(Tensor.Ones([name == "lm_head" ? logitRows : tokens, linear.Weight.Size(1)]), linear.Weight);
        }
    }

    public override string ToString() =>
        $"hidden {Config.HiddenSize}, intermediate {Config.IntermediateSize}, layers {Config.NumHiddenLayers}, heads {Config.NumAttentionHeads}/"
        + $"{Config.NumKeyValueHeads}, vocabulary {Config.VocabSize}; libtorch {TorchRuntime.Version}, {TorchRuntime.Threads} threads";

    public void Dispose() => Store.Dispose();
}
