namespace Praline.Torch.Serialization;

/// <summary>One tensor of a safetensors file: its type, its shape and the byte range of its data (from the file's start).</summary>
public sealed record TensorEntry(string Name, DType DType, long[] Shape, long Offset, long Length);
