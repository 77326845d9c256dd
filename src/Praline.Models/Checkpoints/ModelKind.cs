namespace Praline.Models.Checkpoints;

/// <summary>The families of checkpoints that can be opened.</summary>
public enum ModelKind
{
    /// <summary>A language model: Llama, Mistral or Qwen2.</summary>
    Language,

    /// <summary>LLaVA-1.5.</summary>
    Llava,

    /// <summary>LLaVA-NeXT (1.6).</summary>
    LlavaNext,

    /// <summary>AuroraCap: a language model with <c>visual_encoder/</c> and <c>projector/</c> beside it.</summary>
    AuroraCap,

    /// <summary>Qwen2-VL.</summary>
    Qwen2Vl,

    /// <summary>Qwen2.5-VL.</summary>
    Qwen25Vl,

    /// <summary>Qwen3-VL.</summary>
    Qwen3Vl,

    /// <summary>A CLIP vision tower, alone or with its text half.</summary>
    ClipVision,

    /// <summary>A SigLIP vision tower, alone or with its text half.</summary>
    SiglipVision,
}
