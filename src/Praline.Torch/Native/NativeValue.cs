using System.Runtime.InteropServices;

namespace Praline.Torch.Native;

/// <summary>How a value crosses to libtorch; mirrors <c>pt_value</c> in <c>praline_torch.h</c>.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct NativeValue
{
    [FieldOffset(0)]
    public ValueTag Tag;

    [FieldOffset(4)]
    public int Count;

    [FieldOffset(8)]
    public long Integer;

    [FieldOffset(8)]
    public double Real;

    [FieldOffset(8)]
    public nint Pointer;
}
