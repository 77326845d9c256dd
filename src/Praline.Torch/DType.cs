namespace Praline.Torch;

/// <summary>Element types; the values are libtorch's <c>c10::ScalarType</c>.</summary>
public enum DType
{
    /// <summary>8-bit unsigned integer.</summary>
    UInt8 = 0,

    /// <summary>8-bit signed integer.</summary>
    Int8 = 1,

    /// <summary>16-bit signed integer.</summary>
    Int16 = 2,

    /// <summary>32-bit signed integer.</summary>
    Int32 = 3,

    /// <summary>64-bit signed integer.</summary>
    Int64 = 4,

    /// <summary>IEEE half precision.</summary>
    Float16 = 5,

    /// <summary>IEEE single precision.</summary>
    Float32 = 6,

    /// <summary>IEEE double precision.</summary>
    Float64 = 7,

    /// <summary>One byte, 0 or 1.</summary>
    Bool = 11,

    /// <summary>bfloat16: single precision's range with 8 bits of mantissa.</summary>
    BFloat16 = 15,
}
