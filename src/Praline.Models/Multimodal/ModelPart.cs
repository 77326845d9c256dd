namespace Praline.Models.Multimodal;

/// <summary>The parts of a vision-language model, each of which may be frozen or trained.</summary>
public enum ModelPart
{
    /// <summary>The language model with its embeddings and head.</summary>
    Language,

    /// <summary>The vision tower.</summary>
    VisionTower,

    /// <summary>What turns the tower's features into the language model's tokens.</summary>
    Projector,
}
