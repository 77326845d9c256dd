using Praline.Models.Checkpoints;
using Praline.Models.Language;
using Praline.Models.Vision;

namespace Praline.Models.Multimodal;

/// <summary>The shape of a Qwen2-VL or Qwen2.5-VL checkpoint, as its <c>config.json</c> gives it.</summary>
public sealed record Qwen2VlConfig
{
    /// <summary>The language model.</summary>
    public required LlamaConfig Text { get; init; }

    /// <summary>The vision tower.</summary>
    public required QwenVisionConfig Vision { get; init; }

    /// <summary>The token that stands for an image's features in <c>input_ids</c>.</summary>
    public int ImageTokenId { get; init; } = 151655;

    /// <summary>The token that stands for a video's features in <c>input_ids</c>.</summary>
    public int VideoTokenId { get; init; } = 151656;

    /// <summary>Reads a checkpoint folder's <c>config.json</c>.</summary>
    /// <exception cref="PralineException">A key is missing or makes no sense.</exception>
    public static Qwen2VlConfig Read(string folder)
    {
        var json = ConfigReader.Open(folder);
        var vision = json.Object("vision_config")
            ?? throw json.Error("vision_config", "a Qwen2-VL checkpoint describes its vision tower here, found nothing.");
        var text = LlamaConfig.Read(json);
        var config = new Qwen2VlConfig
        {
            // Later versions move the language model's keys to text_config but leave this one outside.
            Text = text with { TieWordEmbeddings = text.TieWordEmbeddings || json.Bool("tie_word_embeddings", false) },
            Vision = QwenVisionConfig.Read(vision, json.String("model_type") == "qwen2_5_vl"),
            ImageTokenId = json.Int("image_token_id", 151655, min: 0),
            VideoTokenId = json.Int("video_token_id", 151656, min: 0),
        };
        json.RefuseUnread();
        return config.Vision.OutHiddenSize == text.HiddenSize
            ? config
            : throw json.Error("vision_config", $"its features have {config.Vision.OutHiddenSize} numbers, the language model takes {text.HiddenSize}.");
    }
}
