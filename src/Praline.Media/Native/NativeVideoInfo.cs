using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Praline.Media;

/// <summary>Mirrors <c>pm_video_info</c> of native/praline_media/praline_media.h, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeVideoInfo
{
    public int Width;
    public int Height;
    public int CodedWidth;
    public int CodedHeight;
    public int Rotation;
    public int Truncated;
    public long FrameCount;
    public double Duration;
    public double AverageFps;
    public Text32 Codec;
    public Text64 Container;

    [InlineArray(32)]
    internal struct Text32
    {
        private byte _first;
    }

    [InlineArray(64)]
    internal struct Text64
    {
        private byte _first;
    }
}
