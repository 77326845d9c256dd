using System.Text;
using Praline.Models.Checkpoints;
using Praline.Models.Language;

namespace Praline.Models.Tests.Language;

/// <summary>Defaults are those of transformers 4.46's configuration classes.</summary>
public sealed class LlamaConfigTests
{
    [Fact]
    public void LlamaDefaults()
    {
        var config = Read("""{"model_type": "llama"}""");
        Assert.Equal((32000, 4096, 11008, 32, 32, 32), (config.VocabSize, config.HiddenSize, config.IntermediateSize,
            config.NumHiddenLayers, config.NumAttentionHeads, config.NumKeyValueHeads));
        Assert.Equal((128, 2048, 1e-6, 10000.0), (config.HeadDim, config.MaxPositionEmbeddings, config.RmsNormEps, config.RopeTheta));
        Assert.Null(config.SlidingWindow);
        Assert.False(config.QkvBias || config.OutputBias || config.MlpBias || config.TieWordEmbeddings);
        Assert.Equal([2], config.EosTokenIds);
        Assert.Equal(8, Read("""{"model_type": "llama", "num_attention_heads": 8}""").NumKeyValueHeads);
    }

    [Fact]
    public void MistralDefaults()
    {
        var config = Read("""{"model_type": "mistral"}""");
        Assert.Equal((14336, 8, 131072, 4096), (config.IntermediateSize, config.NumKeyValueHeads, config.MaxPositionEmbeddings, config.SlidingWindow));
        Assert.Null(Read("""{"model_type": "mistral", "sliding_window": null}""").SlidingWindow);
        Assert.Equal(32, Read("""{"model_type": "mistral", "num_key_value_heads": null}""").NumKeyValueHeads);
    }

    [Fact]
    public void Qwen2HasBiasesOnQueriesKeysAndValuesAndAWindowOnlyWhenAsked()
    {
        var config = Read("""{"model_type": "qwen2", "sliding_window": 8}""");
        Assert.Equal((151936, 22016, 32768), (config.VocabSize, config.IntermediateSize, config.MaxPositionEmbeddings));
        Assert.True(config.QkvBias);
        Assert.False(config.OutputBias);
        Assert.Null(config.WindowOf(31));
        var windowed = Read("""{"model_type": "qwen2", "sliding_window": 8, "use_sliding_window": true, "max_window_layers": 2}""");
        Assert.Equal((null, 8), (windowed.WindowOf(1), windowed.WindowOf(2)));
    }

    [Fact]
    public void NestedTextConfigAndSeveralEndTokens()
    {
        var config = Read("""{"model_type": "llava", "text_config": {"model_type": "llama", "hidden_size": 64, "num_attention_heads": 4, "eos_token_id": [5, 6]}}""");
        Assert.Equal((64, 16), (config.HiddenSize, config.HeadDim));
        Assert.Equal([5, 6], config.EosTokenIds);
    }

    [Fact]
    public void Qwen3NormsQueriesAndKeysAndHasHeadsOfItsOwnWidth()
    {
        var config = Read("""{"model_type": "qwen3", "hidden_size": 64, "num_attention_heads": 4, "num_key_value_heads": 2}""");
        Assert.Equal((128, true, false), (config.HeadDim, config.QkNorm, config.QkvBias));
        var biased = Read("""{"model_type": "qwen3", "attention_bias": true, "head_dim": 16}""");
        Assert.Equal((16, true, true), (biased.HeadDim, biased.QkvBias, biased.OutputBias));
    }

    [Fact]
    public void LayerTypesSayWhichLayersHaveTheWindow()
    {
        var config = Read("""
            {"model_type": "qwen2", "sliding_window": 8, "use_sliding_window": true, "num_hidden_layers": 3, "max_window_layers": 0,
             "layer_types": ["full_attention", "sliding_attention", "full_attention"]}
            """);
        Assert.Equal((null, 8, null), (config.WindowOf(0), config.WindowOf(1), config.WindowOf(2)));
    }

    [Theory]
    [InlineData("""{"model_type": "qwen3", "num_hidden_layers": 2, "layer_types": ["full_attention"]}""", "layer_types", "each of 2 layers")]
    [InlineData("""{"model_type": "qwen3", "num_hidden_layers": 1, "layer_types": ["chunked_attention"]}""", "layer_types", "sliding_attention")]
    [InlineData("""{"model_type": "qwen3", "num_hidden_layers": 1, "layer_types": ["sliding_attention"]}""", "layer_types", "use_sliding_window")]
    [InlineData("""{"model_type": "gpt2"}""", "model_type", "llama, mistral, qwen2 or qwen3")]
    [InlineData("""{"model_type": "llama", "hidden_size": "big"}""", "hidden_size", "an integer")]
    [InlineData("""{"model_type": "llama", "num_hidden_layers": -1}""", "num_hidden_layers", "an integer")]
    [InlineData("""{"model_type": "llama", "num_key_value_heads": 5}""", "num_key_value_heads", "shared out")]
    [InlineData("""{"model_type": "llama", "hidden_act": "magic"}""", "hidden_act", "silu")]
    [InlineData("""{"model_type": "llama", "rope_scaling": {"rope_type": "other"}}""", "rope_scaling.rope_type", "llama3")]
    [InlineData("""{"model_type": "llama", "rope_scaling": {"rope_type": "linear"}}""", "rope_scaling.factor", "above 0")]
    [InlineData("""[1]""", "config.json", "object")]
    [InlineData("""{"model_type": """, "config.json", "JSON")]
    public void WhatIsWrongIsSaid(string json, string where, string expected)
    {
        var error = Assert.Throws<PralineException>(() => Read(json));
        Assert.Contains(where, error.Message);
        Assert.Contains(expected, error.Message);
        Assert.Contains("config.json", error.Message);
    }

    private static LlamaConfig Read(string json) => LlamaConfig.Read(ConfigReader.Parse(Encoding.UTF8.GetBytes(json), "config.json"));
}
