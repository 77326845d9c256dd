using System.Runtime.InteropServices;
using System.Text;

namespace Praline.Media;

/// <summary>The functions of native/praline_media/praline_media.h.</summary>
internal static unsafe partial class MediaNative
{
    static MediaNative() => NativeLibraryLoader.Register();

    /// <summary>What the last failed call on this thread had to say.</summary>
    public static string LastError => Marshal.PtrToStringUTF8((IntPtr)LastErrorBytes()) ?? "";

    /// <summary>The versions of the libraries in use, one line.</summary>
    public static string Versions => Marshal.PtrToStringUTF8((IntPtr)VersionBytes()) ?? "";

    /// <summary>The text in a fixed buffer, up to its zero.</summary>
    public static string Text(ReadOnlySpan<byte> buffer)
    {
        var end = buffer.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? buffer : buffer[..end]);
    }

    [LibraryImport(NativeLibraryLoader.Library, EntryPoint = "pm_last_error")]
    private static partial byte* LastErrorBytes();

    [LibraryImport(NativeLibraryLoader.Library, EntryPoint = "pm_versions")]
    private static partial byte* VersionBytes();

    [LibraryImport(NativeLibraryLoader.Library, EntryPoint = "pm_video_info_size")]
    public static partial int VideoInfoSize();

    [LibraryImport(NativeLibraryLoader.Library, EntryPoint = "pm_video_open", StringMarshalling = StringMarshalling.Utf8)]
    public static partial NativeStatus VideoOpen(string path, int threads, out IntPtr video);

    [LibraryImport(NativeLibraryLoader.Library, EntryPoint = "pm_video_close")]
    public static partial void VideoClose(IntPtr video);

    [LibraryImport(NativeLibraryLoader.Library, EntryPoint = "pm_video_get_info")]
    public static partial void VideoGetInfo(VideoHandle video, out NativeVideoInfo info);

    [LibraryImport(NativeLibraryLoader.Library, EntryPoint = "pm_video_read")]
    public static partial NativeStatus VideoRead(VideoHandle video, ReadOnlySpan<long> indices, int count, int seek, byte** rgb);

    [LibraryImport(NativeLibraryLoader.Library, EntryPoint = "pm_video_rewind")]
    public static partial NativeStatus VideoRewind(VideoHandle video);

    [LibraryImport(NativeLibraryLoader.Library, EntryPoint = "pm_video_next")]
    public static partial NativeStatus VideoNext(VideoHandle video, Span<byte> rgb);

    [LibraryImport(NativeLibraryLoader.Library, EntryPoint = "pm_video_decodable")]
    public static partial long VideoDecodable(VideoHandle video);

    [LibraryImport(NativeLibraryLoader.Library, EntryPoint = "pm_image_size")]
    public static partial NativeStatus ImageSize(ReadOnlySpan<byte> data, long size, out int width, out int height);

    [LibraryImport(NativeLibraryLoader.Library, EntryPoint = "pm_image_decode")]
    public static partial NativeStatus ImageDecode(ReadOnlySpan<byte> data, long size, int width, int height, Span<byte> rgb);

    [LibraryImport(NativeLibraryLoader.Library, EntryPoint = "pm_writer_open", StringMarshalling = StringMarshalling.Utf8)]
    public static partial NativeStatus WriterOpen(
        string path, int width, int height, double fps, int quality, int keyframeInterval, out IntPtr writer);

    [LibraryImport(NativeLibraryLoader.Library, EntryPoint = "pm_writer_add")]
    public static partial NativeStatus WriterAdd(IntPtr writer, ReadOnlySpan<byte> rgb);

    [LibraryImport(NativeLibraryLoader.Library, EntryPoint = "pm_writer_finish")]
    public static partial NativeStatus WriterFinish(IntPtr writer);

    [LibraryImport(NativeLibraryLoader.Library, EntryPoint = "pm_writer_close")]
    public static partial void WriterClose(IntPtr writer);
}
