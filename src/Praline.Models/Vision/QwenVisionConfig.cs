using Praline.Models.Checkpoints;
using Praline.Models.Language;

namespace Praline.Models.Vision;

/// <summary>The shape of Qwen2-VL's or Qwen2.5-VL's vision tower, with the defaults of the reference library's classes.</summary>
public sealed record QwenVisionConfig
{
    /// <summary>True for Qwen2.5-VL: RMS norms, a gated feed-forward, attention in windows.</summary>
    public bool IsVersion25 { get; init; }

    /// <summary>Width of the hidden states.</summary>
    public int HiddenSize { get; init; } = 1280;

    /// <summary>Width inside the feed-forward blocks.</summary>
    public int IntermediateSize { get; init; } = 5120;

    /// <summary>Width of the features that come out: the language model's.</summary>
    public int OutHiddenSize { get; init; } = 3584;

    /// <summary>Number of layers.</summary>
    public int Layers { get; init; } = 32;

    /// <summary>Attention heads per layer.</summary>
    public int Heads { get; init; } = 16;

    /// <summary>Colour channels.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>Pixels per side of a patch.</summary>
    public int PatchSize { get; init; } = 14;

    /// <summary>Frames per patch.</summary>
    public int TemporalPatchSize { get; init; } = 2;

    /// <summary>Patches per side that become one feature.</summary>
    public int MergeSize { get; init; } = 2;

    /// <summary>Name of the feed-forward activation.</summary>
    public string HiddenAct { get; init; } = "quick_gelu";

    /// <summary>Qwen2.5-VL: pixels per side of an attention window.</summary>
    public int WindowSize { get; init; } = 112;

    /// <summary>Qwen2.5-VL: the layers that look beyond their window.</summary>
    public IReadOnlyList<int> FullAttentionLayers { get; init; } = [7, 15, 23, 31];

    /// <summary>Qwen2.5-VL: positions per second of a video.</summary>
    public double TokensPerSecond { get; init; } = 4;

    /// <summary>What the checkpoint calls the two linear layers of a feed-forward block.</summary>
    public (string Up, string Down) FeedForwardNames { get; init; } = ("fc1", "fc2");

    /// <summary>Width of one attention head.</summary>
    public int HeadDim => HiddenSize / Heads;

    /// <summary>Numbers that one patch consists of.</summary>
    public int PatchLength => Channels * TemporalPatchSize * PatchSize * PatchSize;

    /// <summary>Features per side of an attention window.</summary>
    public int WindowFeatures => WindowSize / MergeSize / PatchSize;

    /// <summary>Reads the <c>vision_config</c> of a Qwen2-VL (or, with <paramref name="version25"/>, Qwen2.5-VL) checkpoint.</summary>
    /// <exception cref="PralineException">A key makes no sense.</exception>
    public static QwenVisionConfig Read(ConfigReader json, bool version25)
    {
        var usual = version25
            ? new QwenVisionConfig { IsVersion25 = true, HiddenSize = 3584, IntermediateSize = 3420, HiddenAct = "silu", FeedForwardNames = ("up_proj", "down_proj") }
            : new QwenVisionConfig();

        // Checkpoints of either version carry the other's keys too, and two names for one number.
        json.MayLeaveUnread("embed_dim", "hidden_size", "mlp_ratio", "intermediate_size", "out_hidden_size", "in_channels", "in_chans", "patch_size");

        // Qwen2-VL calls the tower's width embed_dim and the language model's hidden_size.
        var hidden = version25 ? json.Int("hidden_size", usual.HiddenSize) : json.Int("embed_dim", usual.HiddenSize);
        var config = usual with
        {
            HiddenSize = hidden,
            IntermediateSize = version25
                ? json.Int("intermediate_size", usual.IntermediateSize)
                : (int)(hidden * json.Double("mlp_ratio", 4)),
            OutHiddenSize = json.Int(version25 ? "out_hidden_size" : "hidden_size", usual.OutHiddenSize),
            Layers = json.Int("depth", usual.Layers),
            Heads = json.Int("num_heads", usual.Heads),
            Channels = json.OptionalInt("in_channels") ?? json.Int("in_chans", usual.Channels),
            PatchSize = json.OptionalInt("spatial_patch_size") ?? json.Int("patch_size", usual.PatchSize),
            TemporalPatchSize = json.Int("temporal_patch_size", usual.TemporalPatchSize),
            MergeSize = json.Int("spatial_merge_size", usual.MergeSize),
            HiddenAct = json.String("hidden_act", usual.HiddenAct)!,
            WindowSize = json.Int("window_size", usual.WindowSize),
            FullAttentionLayers = json.Ints("fullatt_block_indexes") ?? usual.FullAttentionLayers,
            TokensPerSecond = json.Double("tokens_per_second", usual.TokensPerSecond),
        };
        VisionConfigs.Check(json, config.HiddenSize, config.Heads, config.PatchSize, config.PatchSize, config.HiddenAct);
        if (config.HeadDim % 4 != 0)
        {
            throw json.Error("num_heads", $"rotary positions of rows and columns need heads of a width divisible by 4, found {config.HeadDim}.");
        }

        return version25 && config.WindowFeatures < 1
            ? throw json.Error("window_size", $"a window of {config.WindowSize} pixels has no whole feature of {config.PatchSize * config.MergeSize}.")
            : config;
    }
}
