namespace Praline.Media;

/// <summary>The FFmpeg libraries in use, for <c>praline doctor</c>.</summary>
public static class MediaRuntime
{
    /// <summary>The versions of libavformat, libavcodec, libswscale and libavutil, one line.</summary>
    public static string Versions => MediaNative.Versions;

    /// <summary>Where the native part was loaded from.</summary>
    public static string NativePath
    {
        get
        {
            _ = MediaNative.Versions; // loads it
            return NativeLibraryLoader.LoadedFrom ?? "";
        }
    }
}
