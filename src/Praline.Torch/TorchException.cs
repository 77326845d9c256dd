namespace Praline.Torch;

/// <summary>An error of libtorch, with the operator, the shapes and the dtypes it was called with.</summary>
public sealed class TorchException(string message, Exception? inner = null) : Exception(message, inner);
