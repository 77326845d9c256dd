using System.Globalization;

namespace Praline.Media;

/// <summary>
/// Writes MP4 files: H.264 (MPEG-4 part 2 where FFmpeg lacks libx264), 8-bit 4:2:0, BT.601, constant frame rate. The bytes depend on
/// the frames and options alone, for one FFmpeg version.
/// </summary>
public static class VideoWriter
{
    /// <summary>Writes all frames to a file, by way of a temporary file beside it, so that no half-written video is left.</summary>
    /// <param name="path">The file to write or replace.</param>
    /// <param name="frames">
    /// At least one frame; all of one even width and one even height. Read once, never held all at once. The same object twice in a row
    /// is the same picture.
    /// </param>
    /// <param name="fps">Frames per second, above 0.</param>
    /// <param name="quality">x264's constant rate factor: 0 (lossless) to 51; 16 can't be told from the original by eye.</param>
    /// <param name="keyframeInterval">At most so many frames from one keyframe to the next.</param>
    /// <exception cref="MediaException">A frame of another size, an odd size, no frame, or a file that can't be written.</exception>
    public static void Write(
        string path, IEnumerable<RgbImage> frames, double fps, int quality = 16, int keyframeInterval = 250)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(frames);
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 51);
        ArgumentOutOfRangeException.ThrowIfLessThan(keyframeInterval, 1);
        if (!(fps > 0 && fps <= 1000))
        {
            throw new MediaException(path, "a frame rate above 0 and up to 1000", Text(fps), "Give another frame rate.");
        }

        AtomicFile.Write(path, temporary => WriteDirectly(path, temporary, frames, fps, quality, keyframeInterval));
    }

    private static void WriteDirectly(
        string path, string temporary, IEnumerable<RgbImage> frames, double fps, int quality, int keyframeInterval)
    {
        var writer = IntPtr.Zero;
        try
        {
            (int Width, int Height) size = default;
            RgbImage? last = null;
            foreach (var frame in frames)
            {
                if (writer == IntPtr.Zero)
                {
                    size = (frame.Width, frame.Height);
                    RequireEvenSize(path, size);
                    Check(path, MediaNative.WriterOpen(
                        Path.GetFullPath(temporary), size.Width, size.Height, fps, quality, keyframeInterval, out writer));
                }
                else if (size != (frame.Width, frame.Height))
                {
                    throw new MediaException(
                        path,
                        $"frames of {size.Width}x{size.Height} like the first",
                        $"one of {frame.Width}x{frame.Height}",
                        "Resize the frames to one size.");
                }

                // A still picture held for a while is converted once.
                Check(path, MediaNative.WriterAdd(writer, ReferenceEquals(frame, last) ? default : frame.Pixels));
                last = frame;
            }

            if (writer == IntPtr.Zero)
            {
                throw new MediaException(path, "at least one frame to write", "none", "A video needs a frame.");
            }

            Check(path, MediaNative.WriterFinish(writer));
        }
        finally
        {
            MediaNative.WriterClose(writer);
        }
    }

    private static void RequireEvenSize(string path, (int Width, int Height) size)
    {
        if (size.Width % 2 != 0 || size.Height % 2 != 0 || size.Width > 16384 || size.Height > 16384)
        {
            throw new MediaException(
                path, "an even width and height of at most 16384", $"{size.Width}x{size.Height}", "Crop or resize the frames.");
        }
    }

    private static void Check(string path, NativeStatus status)
    {
        if (status != NativeStatus.Ok)
        {
            throw new MediaException(
                path, "to write a video", MediaNative.LastError, "Check the folder, its free space, and FFmpeg's encoders.");
        }
    }

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
