namespace Praline.Torch;

/// <summary>The memory of a device, or of this machine, did not suffice for a tensor.</summary>
public sealed class DeviceMemoryException(string message) : PralineException(message);
