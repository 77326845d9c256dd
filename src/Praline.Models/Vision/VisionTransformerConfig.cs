using Praline.Models.Checkpoints;

namespace Praline.Models.Vision;

/// <summary>What the shapes of CLIP's and SigLIP's vision transformers have in common; names and defaults are the reference library's.</summary>
public abstract record VisionTransformerConfig
{
    /// <summary>Width of the hidden states.</summary>
    public int HiddenSize { get; init; } = 768;

    /// <summary>Width inside the feed-forward blocks.</summary>
    public int IntermediateSize { get; init; } = 3072;

    /// <summary>Number of layers.</summary>
    public int Layers { get; init; } = 12;

    /// <summary>Attention heads per layer; divides <see cref="HiddenSize"/>.</summary>
    public int Heads { get; init; } = 12;

    /// <summary>Colour channels.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>Pixels per side of the images that the position embedding was trained on.</summary>
    public int ImageSize { get; init; } = 224;

    /// <summary>Pixels per side of a patch.</summary>
    public int PatchSize { get; init; }

    /// <summary>Name of the feed-forward activation.</summary>
    public string HiddenAct { get; init; } = "";

    /// <summary>Epsilon of the layer norms.</summary>
    public double LayerNormEps { get; init; }

    /// <summary>Patches per side at <see cref="ImageSize"/>.</summary>
    public int Grid => ImageSize / PatchSize;

    /// <summary>A tower's own object in <c>config.json</c> of its folder, or that of a whole CLIP or SigLIP (its <c>vision_config</c>).</summary>
    private protected static ConfigReader Open(string folder)
    {
        var json = ConfigReader.Open(folder);
        return json.Object("vision_config") ?? json;
    }

    /// <summary>The defaults, with what the file says instead.</summary>
    /// <exception cref="PralineException">A key makes no sense.</exception>
    private protected static T Read<T>(T usual, ConfigReader json)
        where T : VisionTransformerConfig
    {
        VisionTransformerConfig defaults = usual;
        json.MayLeaveUnread("tie_word_embeddings"); // older versions write it into every object; a tower has no words
        var config = defaults with
        {
            HiddenSize = json.Int("hidden_size", usual.HiddenSize),
            IntermediateSize = json.Int("intermediate_size", usual.IntermediateSize),
            Layers = json.Int("num_hidden_layers", usual.Layers),
            Heads = json.Int("num_attention_heads", usual.Heads),
            Channels = json.Int("num_channels", usual.Channels),
            ImageSize = json.Int("image_size", usual.ImageSize),
            PatchSize = json.Int("patch_size", usual.PatchSize),
            HiddenAct = json.String("hidden_act", usual.HiddenAct)!,
            LayerNormEps = json.Double("layer_norm_eps", usual.LayerNormEps, 0, 1),
        };
        VisionConfigs.Check(json, config.HiddenSize, config.Heads, config.ImageSize, config.PatchSize, config.HiddenAct);
        return (T)config;
    }
}
