namespace Praline.Torch;

/// <summary>Facts about <see cref="DType"/>.</summary>
public static class DTypes
{
    /// <summary>Bytes per element.</summary>
    public static int Size(this DType dtype) => dtype switch
    {
        DType.UInt8 or DType.Int8 or DType.Bool => 1,
        DType.Int16 or DType.Float16 or DType.BFloat16 => 2,
        DType.Int32 or DType.Float32 => 4,
        DType.Int64 or DType.Float64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "unknown element type"),
    };

    /// <summary>True for the types that can carry gradients.</summary>
    public static bool IsFloatingPoint(this DType dtype) =>
        dtype is DType.Float16 or DType.Float32 or DType.Float64 or DType.BFloat16;

    /// <summary>The .NET type's element type: float ↔ Float32, long ↔ Int64, and so on.</summary>
    /// <exception cref="NotSupportedException">The type has no counterpart.</exception>
    public static DType Of<T>()
        where T : unmanaged => default(T) switch
        {
            float => DType.Float32,
            double => DType.Float64,
            long => DType.Int64,
            int => DType.Int32,
            short => DType.Int16,
            sbyte => DType.Int8,
            byte => DType.UInt8,
            bool => DType.Bool,
            Half => DType.Float16,
            _ => throw new NotSupportedException($"{typeof(T)} has no tensor element type"),
        };

    /// <summary>The type that <c>torch_dtype</c> in a checkpoint's <c>config.json</c> names (with or without <c>torch.</c>).</summary>
    /// <exception cref="PralineException">The name is not known.</exception>
    public static DType Parse(string name) => name.Replace("torch.", "") switch
    {
        "float32" or "float" or "fp32" => DType.Float32,
        "float16" or "half" or "fp16" => DType.Float16,
        "bfloat16" or "bf16" => DType.BFloat16,
        "float64" or "double" => DType.Float64,
        _ => throw new PralineException($"Unknown dtype '{name}': expected float32, float16, bfloat16 or float64."),
    };
}
