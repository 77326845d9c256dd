using Praline.Models.Checkpoints;
using Praline.Torch;

namespace Praline.Models.Language;

/// <summary>
/// The shape of a Llama-like language model, as its <c>config.json</c> gives it: Llama, Mistral, Qwen2 and Qwen3, with the defaults of
/// transformers' classes for what the file leaves out.
/// </summary>
public sealed record LlamaConfig
{
    private const string Full = "full_attention", Sliding = "sliding_attention";

    /// <summary><c>llama</c>, <c>mistral</c>, <c>qwen2</c>, <c>qwen3</c> or the text part of a vision-language family.</summary>
    public string ModelType { get; init; } = "llama";

    /// <summary>Tokens in the vocabulary.</summary>
    public int VocabSize { get; init; } = 32000;

    /// <summary>The width D of the residual stream.</summary>
    public int HiddenSize { get; init; } = 4096;

    /// <summary>The width of the feed-forward layers.</summary>
    public int IntermediateSize { get; init; } = 11008;

    /// <summary>Layers.</summary>
    public int NumHiddenLayers { get; init; } = 32;

    /// <summary>Query heads.</summary>
    public int NumAttentionHeads { get; init; } = 32;

    /// <summary>Key and value heads; each serves <c>NumAttentionHeads / NumKeyValueHeads</c> query heads.</summary>
    public int NumKeyValueHeads { get; init; } = 32;

    /// <summary>The width of one head.</summary>
    public int HeadDim { get; init; } = 128;

    /// <summary>The feed-forward gate's activation.</summary>
    public string HiddenAct { get; init; } = "silu";

    /// <summary>The length the model was trained for.</summary>
    public int MaxPositionEmbeddings { get; init; } = 2048;

    /// <summary>What is added to the mean square before the root.</summary>
    public double RmsNormEps { get; init; } = 1e-6;

    /// <summary>The base of the rotary wavelengths.</summary>
    public double RopeTheta { get; init; } = 10000;

    /// <summary>How rotary frequencies are stretched; null when they are not.</summary>
    public RopeScaling? RopeScaling { get; init; }

    /// <summary>Whether q, k and v have biases.</summary>
    public bool QkvBias { get; init; }

    /// <summary>Whether the attention's output projection has a bias.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Whether the feed-forward layers have biases.</summary>
    public bool MlpBias { get; init; }

    /// <summary>A query sees this many keys, itself among them; null is all before it.</summary>
    public int? SlidingWindow { get; init; }

    /// <summary>Layers from this one on use the sliding window, where <see cref="LayerTypes"/> does not say which do.</summary>
    public int FirstWindowLayer { get; init; }

    /// <summary><c>full_attention</c> or <c>sliding_attention</c> for each layer; null: <see cref="FirstWindowLayer"/> decides.</summary>
    public IReadOnlyList<string>? LayerTypes { get; init; }

    /// <summary>Whether each head's queries and keys are normed before they are turned (Qwen3).</summary>
    public bool QkNorm { get; init; }

    /// <summary>
    /// Qwen3-VL's deep stack: layers, from the first on, after which further visual features are added. Embeddings may then be [.., (1 + DeepLayers) · D]: what goes into
    /// the first layer, then what is added after each of these.
    /// </summary>
    public int DeepLayers { get; init; }

    /// <summary>Numbers of one embedding as it goes in: (1 + <see cref="DeepLayers"/>) · D.</summary>
    public int EmbeddingWidth => (1 + DeepLayers) * HiddenSize;

    /// <summary>Whether the output head shares the embedding's weight.</summary>
    public bool TieWordEmbeddings { get; init; }

    /// <summary>The standard deviation of fresh weights.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>The begin-of-text token, if any.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>The tokens that end a text.</summary>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    /// <summary>The padding token, if any.</summary>
    public int? PadTokenId { get; init; }

    /// <summary>The type the weights were saved in (<c>torch_dtype</c>), if the file says so.</summary>
    public string? TorchDType { get; init; }

    /// <summary>The window of one layer, or null.</summary>
    public int? WindowOf(int layer) =>
        (LayerTypes is { } types ? types[layer] == Sliding : layer >= FirstWindowLayer) ? SlidingWindow : null;

    /// <summary>Reads a checkpoint folder's <c>config.json</c>.</summary>
    /// <exception cref="PralineException">A key is missing, of the wrong type, or contradicts another.</exception>
    public static LlamaConfig Read(string folder)
    {
        var json = ConfigReader.Open(folder);
        var config = Read(json);
        (json.Object("text_config") ?? json).RefuseUnread();
        return config;
    }

    /// <summary>
    /// Reads a configuration object; a <c>text_config</c> inside it, as multimodal models have, is read instead of it.
    /// </summary>
    /// <exception cref="PralineException">A key is missing, of the wrong type, or contradicts another.</exception>
    public static LlamaConfig Read(ConfigReader config)
    {
        config = config.Object("text_config") ?? config;
        var type = config.String("model_type", "llama")!;
        var defaults = type switch
        {
            "llama" => new LlamaConfig { BosTokenId = 1, EosTokenIds = [2] },
            "mistral" => new LlamaConfig
            {
                IntermediateSize = 14336,
                NumKeyValueHeads = 8,
                MaxPositionEmbeddings = 131072,
                SlidingWindow = 4096,
                BosTokenId = 1,
                EosTokenIds = [2],
            },
            "qwen2" or "qwen2_vl" or "qwen2_5_vl" or "qwen2_vl_text" or "qwen2_5_vl_text" => new LlamaConfig
            {
                VocabSize = 151936,
                IntermediateSize = 22016,
                MaxPositionEmbeddings = 32768,
                SlidingWindow = 4096,
                FirstWindowLayer = 28,
                QkvBias = true,
            },
            "qwen3" or "qwen3_vl_text" => new LlamaConfig
            {
                VocabSize = 151936,
                IntermediateSize = 22016,
                MaxPositionEmbeddings = type == "qwen3" ? 32768 : 128000,
                RopeTheta = type == "qwen3" ? 10000 : 500000,
                SlidingWindow = type == "qwen3" ? 4096 : null,
                FirstWindowLayer = 28,
                QkNorm = true,
            },
            _ => throw config.Error("model_type", $"expected llama, mistral, qwen2 or qwen3, found \"{type}\"."),
        };
        var isQwen2 = type.StartsWith("qwen2", StringComparison.Ordinal);
        var hasWindows = isQwen2 || type == "qwen3"; // and keys that say which layers have them
        var heads = config.Int("num_attention_heads", defaults.NumAttentionHeads);
        var hidden = config.Int("hidden_size", defaults.HiddenSize);
        var attentionBias = config.Bool("attention_bias", isQwen2);
        var result = defaults with
        {
            ModelType = type,
            VocabSize = config.Int("vocab_size", defaults.VocabSize),
            HiddenSize = hidden,
            IntermediateSize = config.Int("intermediate_size", defaults.IntermediateSize),
            NumHiddenLayers = config.Int("num_hidden_layers", defaults.NumHiddenLayers),
            NumAttentionHeads = heads,
            NumKeyValueHeads = config.Int("num_key_value_heads", type == "llama" || config.Mentions("num_key_value_heads") ? heads : defaults.NumKeyValueHeads),
            HeadDim = config.Int("head_dim", defaults.QkNorm ? 128 : Math.Max(1, hidden / heads)),
            HiddenAct = config.String("hidden_act", "silu")!,
            MaxPositionEmbeddings = config.Int("max_position_embeddings", defaults.MaxPositionEmbeddings),
            RmsNormEps = config.Double("rms_norm_eps", defaults.RmsNormEps, 0, 1),
            RopeTheta = config.Double("rope_theta", config.Object("rope_parameters")?.Double("rope_theta", defaults.RopeTheta, 1, 1e15) ?? defaults.RopeTheta, 1, 1e15),
            RopeScaling = RopeScaling.Read(config),
            QkvBias = attentionBias,
            OutputBias = attentionBias && !isQwen2,
            MlpBias = config.Bool("mlp_bias", false),
            SlidingWindow = Window(config, hasWindows, defaults),
            FirstWindowLayer = config.Int("max_window_layers", defaults.FirstWindowLayer, min: 0),
            LayerTypes = hasWindows && config.Has("layer_types") ? config.Strings("layer_types") : null,
            TieWordEmbeddings = config.Bool("tie_word_embeddings", false),
            InitializerRange = config.Double("initializer_range", defaults.InitializerRange),
            BosTokenId = config.OptionalInt("bos_token_id", 0) ?? (config.Mentions("bos_token_id") ? null : defaults.BosTokenId),
            EosTokenIds = config.Ints("eos_token_id") ?? (config.Mentions("eos_token_id") ? [] : defaults.EosTokenIds),
            PadTokenId = config.OptionalInt("pad_token_id", -1) is >= 0 and var pad ? pad : null,
            TorchDType = config.String("torch_dtype") ?? config.String("dtype"),
        };
        return result.Check(config);
    }

    private static int? Window(ConfigReader config, bool hasSwitch, LlamaConfig defaults)
    {
        if (hasSwitch && !config.Bool("use_sliding_window", false))
        {
            config.MayLeaveUnread("sliding_window"); // of no effect then, in the reference too
            return null;
        }

        return config.Mentions("sliding_window") ? config.OptionalInt("sliding_window") : defaults.SlidingWindow;
    }

    private LlamaConfig Check(ConfigReader config)
    {
        if (NumAttentionHeads % NumKeyValueHeads != 0)
        {
            throw config.Error(
                "num_key_value_heads", $"{NumAttentionHeads} query heads can't be shared out to {NumKeyValueHeads} key/value heads.");
        }

        if (LayerTypes is { } types)
        {
            if (types.Count != NumHiddenLayers)
            {
                throw config.Error("layer_types", $"expected one type for each of {NumHiddenLayers} layers, found {types.Count}.");
            }

            if (types.FirstOrDefault(type => type is not (Full or Sliding)) is { } other)
            {
                throw config.Error("layer_types", $"expected {Full} or {Sliding}, found \"{other}\".");
            }

            if (types.Contains(Sliding) && SlidingWindow is null)
            {
                throw config.Error("layer_types", $"{Sliding} needs use_sliding_window true and a sliding_window.");
            }
        }

        if (HeadDim % 2 != 0)
        {
            throw config.Error("head_dim", $"rotary positions turn pairs of numbers: expected an even width, found {HeadDim}.");
        }

        const int widest = 1 << 16; // no head is wider, and tables of this length are made
        if (HeadDim > widest)
        {
            throw config.Error("head_dim", $"expected a head's width up to {widest}, found {HeadDim} (hidden_size / num_attention_heads where it is not given).");
        }

        return Activation.IsKnown(HiddenAct) ? this : throw config.Error("hidden_act", $"expected one of {Activation.Known}, found \"{HiddenAct}\".");
    }
}
