using Praline.Models.Checkpoints;
using Praline.Models.Language;
using Praline.Models.Vision;

namespace Praline.Models.Families.Qwen3VL;

/// <summary>The shape of a Qwen3-VL checkpoint, as its <c>config.json</c> gives it, with the defaults of the reference library's classes.</summary>
public sealed record Qwen3VlConfig
{
    /// <summary>The language model; its <see cref="LlamaConfig.DeepLayers"/> are as many as <see cref="DeepstackIndexes"/>.</summary>
    public required LlamaConfig Text { get; init; }

    /// <summary>The vision tower's blocks, which are Qwen2-VL's.</summary>
    public required QwenVisionConfig Vision { get; init; }

    /// <summary>Places per side of the square table of learned positions.</summary>
    public required int PositionSide { get; init; }

    /// <summary>The tower's layers whose states go into the language model beside the last one's; entry k names the layer that merger k works on.</summary>
    public IReadOnlyList<int> DeepstackIndexes { get; init; } = [8, 16, 24];

    /// <summary>The token that stands for an image's features in <c>input_ids</c>.</summary>
    public int ImageTokenId { get; init; } = 151655;

    /// <summary>The token that stands for a video's features in <c>input_ids</c>.</summary>
    public int VideoTokenId { get; init; } = 151656;

    /// <summary>Reads a checkpoint folder's <c>config.json</c>.</summary>
    /// <exception cref="PralineException">A key is missing, out of range, or not implemented.</exception>
    public static Qwen3VlConfig Read(string folder)
    {
        var json = ConfigReader.Open(folder);
        var vision = json.Object("vision_config")
            ?? throw json.Error("vision_config", "a Qwen3-VL checkpoint describes its vision tower here, found nothing.");
        var text = LlamaConfig.Read(json);
        var deepstack = vision.Ints("deepstack_visual_indexes") ?? [8, 16, 24];
        var places = vision.Int("num_position_embeddings", 2304);
        var config = new Qwen3VlConfig
        {
            Text = text with
            {
                TieWordEmbeddings = json.Bool("tie_word_embeddings", text.TieWordEmbeddings),
                DeepLayers = deepstack.Length,
            },
            Vision = ReadVision(vision),
            PositionSide = (int)Math.Round(Math.Sqrt(places)),
            DeepstackIndexes = deepstack,
            ImageTokenId = json.Int("image_token_id", 151655, min: 0),
            VideoTokenId = json.Int("video_token_id", 151656, min: 0),
        };
        json.RefuseUnread();
        config.Check(vision, places);
        return config;
    }

    private static QwenVisionConfig ReadVision(ConfigReader json)
    {
        var config = new QwenVisionConfig
        {
            FeedForwardNames = ("linear_fc1", "linear_fc2"),
            Layers = json.Int("depth", 27),
            HiddenSize = json.Int("hidden_size", 1152),
            HiddenAct = json.String("hidden_act", "gelu_pytorch_tanh")!,
            IntermediateSize = json.Int("intermediate_size", 4304),
            Heads = json.Int("num_heads", 16),
            Channels = json.Int("in_channels", 3),
            PatchSize = json.Int("patch_size", 16),
            MergeSize = json.Int("spatial_merge_size", 2),
            TemporalPatchSize = json.Int("temporal_patch_size", 2),
            OutHiddenSize = json.Int("out_hidden_size", 3584),
        };
        VisionConfigs.Check(json, config.HiddenSize, config.Heads, config.PatchSize, config.PatchSize, config.HiddenAct);
        return config.HeadDim % 4 == 0 ? config : throw json.Error(
            "num_heads", $"rotary positions of rows and columns need heads of a width divisible by 4, found {config.HeadDim}.");
    }

    private void Check(ConfigReader vision, int places)
    {
        if (PositionSide * PositionSide != places)
        {
            throw vision.Error("num_position_embeddings", $"expected a square number, found {places}.");
        }

        if (Vision.OutHiddenSize != Text.HiddenSize)
        {
            throw vision.Error("out_hidden_size", $"its features have {Vision.OutHiddenSize} numbers, the language model takes {Text.HiddenSize}.");
        }

        if (DeepstackIndexes.Distinct().Count() != DeepstackIndexes.Count || DeepstackIndexes.Any(layer => layer < 0 || layer >= Vision.Layers))
        {
            throw vision.Error("deepstack_visual_indexes", $"expected different layers from 0 to {Vision.Layers - 1}, found [{string.Join(", ", DeepstackIndexes)}].");
        }

        if (DeepstackIndexes.Count > Text.NumHiddenLayers)
        {
            throw vision.Error("deepstack_visual_indexes", $"the language model has {Text.NumHiddenLayers} layers to add features after, found {DeepstackIndexes.Count} kinds.");
        }
    }
}
