namespace Praline.Torch.Native;

/// <summary>What a <see cref="NativeValue"/> holds; mirrors <c>pt_tag</c>.</summary>
internal enum ValueTag
{
    None = 0,
    Tensor = 1,
    Int = 2,
    Double = 3,
    Bool = 4,
    IntList = 5,
    TensorList = 6,
    DoubleList = 7,
    BoolList = 8,
    String = 9,
    Default = 10,
    Generator = 11,
    Device = 12,
}
