using Praline.Models.Checkpoints;
using Praline.Models.Language;
using Praline.Models.Vision;

namespace Praline.Models.Multimodal;

/// <summary>The shape of a LLaVA-1.5 or LLaVA-NeXT checkpoint, as its <c>config.json</c> gives it.</summary>
public sealed record LlavaConfig
{
    /// <summary><c>llava</c> or <c>llava_next</c>.</summary>
    public required string ModelType { get; init; }

    /// <summary>The language model.</summary>
    public required LlamaConfig Text { get; init; }

    /// <summary>The vision tower when it is CLIP's.</summary>
    public ClipVisionConfig? Clip { get; init; }

    /// <summary>The vision tower when it is SigLIP's.</summary>
    public SiglipVisionConfig? Siglip { get; init; }

    /// <summary>The token that stands for an image's features in <c>input_ids</c>.</summary>
    public int ImageTokenId { get; init; } = 32000;

    /// <summary>Which hidden state of the tower is used.</summary>
    public int VisionFeatureLayer { get; init; } = -2;

    /// <summary>Whether the class token is kept (<c>full</c>) or left out (<c>default</c>).</summary>
    public bool KeepsClassToken { get; init; }

    /// <summary>The projector's activation.</summary>
    public string ProjectorHiddenAct { get; init; } = "gelu";

    /// <summary>Whether the projector has biases.</summary>
    public bool ProjectorBias { get; init; } = true;

    /// <summary>LLaVA-NeXT: the canvases (height, width) that an image may be laid out on.</summary>
    public IReadOnlyList<(int Height, int Width)> GridPinpoints { get; init; } = [(336, 672), (672, 336), (672, 672), (1008, 336), (336, 1008)];

    /// <summary>Reads a checkpoint folder's <c>config.json</c>.</summary>
    /// <exception cref="PralineException">A key is missing or makes no sense.</exception>
    public static LlavaConfig Read(string folder)
    {
        var json = ConfigReader.Open(folder);
        var type = json.String("model_type", "llava")!;
        var vision = json.Object("vision_config")
            ?? throw json.Error("vision_config", "a LLaVA checkpoint describes its vision tower here, found nothing.");
        var tower = vision.String("model_type", "clip_vision_model")!;
        var strategy = json.String("vision_feature_select_strategy", "default")!;
        if (strategy is not ("default" or "full"))
        {
            throw json.Error("vision_feature_select_strategy", $"expected default or full, found \"{strategy}\".");
        }

        var activation = json.String("projector_hidden_act", "gelu")!;
        var config = new LlavaConfig
        {
            ModelType = type,
            Text = LlamaConfig.Read(json),
            Clip = tower == "clip_vision_model" ? ClipVisionConfig.Read(vision) : null,
            Siglip = tower == "siglip_vision_model" ? SiglipVisionConfig.Read(vision) : null,
            ImageTokenId = json.OptionalInt("image_token_index", 0) ?? json.OptionalInt("image_token_id", 0) ?? 32000,
            VisionFeatureLayer = json.Ints("vision_feature_layer") switch
            {
                null => -2,
                [var layer] => layer,
                _ => throw json.Error("vision_feature_layer", "features of several layers together are not supported, expected one number."),
            },
            KeepsClassToken = strategy == "full",
            ProjectorHiddenAct = Activation.IsKnown(activation)
                ? activation
                : throw json.Error("projector_hidden_act", $"expected one of {Activation.Known}, found \"{activation}\"."),
            ProjectorBias = json.Bool("multimodal_projector_bias", true),
        };
        if (config is { Clip: null, Siglip: null })
        {
            throw vision.Error("model_type", $"expected clip_vision_model or siglip_vision_model, found \"{tower}\".");
        }

        json.MayLeaveUnread("image_token_id"); // beside image_token_index, when both are there
        if (type == "llava_next" && !json.Bool("use_image_newline_parameter", true))
        {
            throw json.Error("use_image_newline_parameter", "only true is implemented.");
        }

        config = json.Has("image_grid_pinpoints") ? config with { GridPinpoints = Pinpoints(json) } : config;
        json.RefuseUnread();
        return config;
    }

    private static (int Height, int Width)[] Pinpoints(ConfigReader json)
    {
        try
        {
            return [.. json.Find("image_grid_pinpoints")!.Value.EnumerateArray().Select(pair => pair.GetArrayLength() == 2
                && pair[0].GetInt32() > 0 && pair[1].GetInt32() > 0 ? (pair[0].GetInt32(), pair[1].GetInt32()) : throw new FormatException())];
        }
        catch (Exception error) when (error is InvalidOperationException or FormatException)
        {
            throw json.Error("image_grid_pinpoints", "expected a list of pairs [height, width] of pixels.");
        }
    }
}
