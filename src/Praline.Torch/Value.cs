using Praline.Torch.Native;

namespace Praline.Torch;

/// <summary>
/// One argument of an operator. Everything an operator takes converts to it implicitly; <see cref="Default"/> asks for the schema's
/// default, <see cref="None"/> passes None.
/// </summary>
public readonly struct Value
{
    internal readonly ValueTag Tag;
    internal readonly long Bits;
    internal readonly object? Reference;

    private Value(ValueTag tag, long bits, object? reference = null)
    {
        Tag = tag;
        Bits = bits;
        Reference = reference;
    }

    /// <summary>None.</summary>
    public static Value None => default;

    /// <summary>The argument's default in the operator's schema.</summary>
    public static Value Default => new(ValueTag.Default, 0);

    /// <summary>A tensor; null is None.</summary>
    public static implicit operator Value(Tensor? tensor) => tensor is null ? None : new(ValueTag.Tensor, 0, tensor);

    /// <summary>An integer.</summary>
    public static implicit operator Value(long value) => new(ValueTag.Int, value);

    /// <summary>An integer.</summary>
    public static implicit operator Value(int value) => new(ValueTag.Int, value);

    /// <summary>A number.</summary>
    public static implicit operator Value(double value) => new(ValueTag.Double, BitConverter.DoubleToInt64Bits(value));

    /// <summary>A truth value.</summary>
    public static implicit operator Value(bool value) => new(ValueTag.Bool, value ? 1 : 0);

    /// <summary>An element type (an integer in the schemas).</summary>
    public static implicit operator Value(DType value) => new(ValueTag.Int, (long)value);

    /// <summary>An optional element type.</summary>
    public static implicit operator Value(DType? value) => value is { } dtype ? dtype : None;

    /// <summary>A device.</summary>
    public static implicit operator Value(Device value) => new(ValueTag.Device, value.Code);

    /// <summary>A random generator; null is None (the default generator).</summary>
    public static implicit operator Value(Generator? value) => value is null ? None : new(ValueTag.Generator, 0, value);

    /// <summary>A text.</summary>
    public static implicit operator Value(string value) => new(ValueTag.String, 0, value);

    /// <summary>A list of integers.</summary>
    public static implicit operator Value(long[] value) => new(ValueTag.IntList, 0, value);

    /// <summary>A list of numbers.</summary>
    public static implicit operator Value(double[] value) => new(ValueTag.DoubleList, 0, value);

    /// <summary>A list of tensors; entries may be null where the schema has <c>Tensor?[]</c>.</summary>
    public static implicit operator Value(Tensor?[] value) => new(ValueTag.TensorList, 0, value);

    internal string Describe() => Tag switch
    {
        ValueTag.None => "None",
        ValueTag.Default => "default",
        ValueTag.Tensor => ((Tensor)Reference!).Describe(),
        ValueTag.Int => Bits.ToString(),
        ValueTag.Double => BitConverter.Int64BitsToDouble(Bits).ToString("R", System.Globalization.CultureInfo.InvariantCulture),
        ValueTag.Bool => Bits != 0 ? "true" : "false",
        ValueTag.IntList => $"[{string.Join(", ", (long[])Reference!)}]",
        ValueTag.DoubleList => $"[{string.Join(", ", (double[])Reference!)}]",
        ValueTag.TensorList => $"[{string.Join(", ", ((Tensor?[])Reference!).Select(t => t?.Describe() ?? "None"))}]",
        ValueTag.Device => Device.FromCode(Bits).ToString(),
        ValueTag.String => $"\"{Reference}\"",
        _ => Tag.ToString(),
    };
}
