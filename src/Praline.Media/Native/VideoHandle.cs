using System.Runtime.InteropServices;

namespace Praline.Media;

/// <summary>Owns a <c>pm_video</c>.</summary>
internal sealed class VideoHandle : SafeHandle
{
    public VideoHandle(IntPtr video)
        : base(IntPtr.Zero, ownsHandle: true) => SetHandle(video);

    public override bool IsInvalid => handle == IntPtr.Zero;

    protected override bool ReleaseHandle()
    {
        MediaNative.VideoClose(handle);
        return true;
    }
}
