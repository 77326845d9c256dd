namespace Praline.Torch.Serialization;

/// <summary>How a parameter starts when there is no checkpoint to read it from.</summary>
public enum Initialization
{
    /// <summary>Normal with the configuration's <c>initializer_range</c>.</summary>
    Normal,

    /// <summary>All 0 (biases).</summary>
    Zeros,

    /// <summary>All 1 (norm weights).</summary>
    Ones,
}
