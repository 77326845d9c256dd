using Praline.Torch;

namespace Praline.Testing;

/// <summary>
/// The device that golden tests of operators, language models, adapters and the optimizer compute on: <c>PRALINE_TEST_DEVICE</c>, else the
/// CPU.
/// </summary>
public static class TestDevice
{
    /// <summary>The device.</summary>
    public static Device Current { get; } = Device.Parse(Environment.GetEnvironmentVariable("PRALINE_TEST_DEVICE") is { Length: > 0 } name ? name : "cpu");

    /// <summary>True on a GPU.</summary>
    public static bool IsGpu => Current.Type == DeviceType.Cuda;

    /// <summary>The tensors on the device.</summary>
    public static Dictionary<string, Tensor> Place(Dictionary<string, Tensor> tensors) => tensors.ToDictionary(t => t.Key, t => t.Value.To(Current));
}
