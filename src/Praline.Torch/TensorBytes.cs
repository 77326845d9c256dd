using Praline.Torch.Native;

namespace Praline.Torch;

/// <content>Raw memory, for files.</content>
public sealed unsafe partial class Tensor
{
    /// <summary>The address of the data.</summary>
    internal byte* DataPointer() => (byte*)NativeMethods.pt_tensor_data(Handle);

    /// <summary>Writes the bytes of a contiguous CPU tensor.</summary>
    internal void WriteBytes(Stream stream)
    {
        var total = Numel * DType.Size();
        var data = DataPointer();
        for (long done = 0; done < total; done += 1 << 24)
        {
            stream.Write(new ReadOnlySpan<byte>(data + done, (int)Math.Min(1 << 24, total - done)));
        }

        GC.KeepAlive(this);
    }
}
