namespace Praline.Torch;

/// <summary>Kinds of device; the values are libtorch's.</summary>
public enum DeviceType
{
    /// <summary>The processor.</summary>
    Cpu = 0,

    /// <summary>An NVIDIA GPU.</summary>
    Cuda = 1,
}
