using System.Runtime.InteropServices;

namespace Praline.Media;

/// <summary>
/// A video file, opened through FFmpeg's libraries in this process: exact frames by index, at the cost of decoding from the nearest
/// keyframe only. One instance serves one thread at a time; several instances may work at once.
/// </summary>
public sealed class VideoFile : IDisposable
{
    private readonly VideoHandle _handle;
    private readonly string _path;
    private int _pass;

    private VideoFile(string path, VideoHandle handle)
    {
        _path = path;
        _handle = handle;
        MediaNative.VideoGetInfo(handle, out var info);
        Info = new VideoInfo(
            info.Width,
            info.Height,
            info.CodedWidth,
            info.CodedHeight,
            info.Duration,
            checked((int)info.FrameCount),
            info.AverageFps,
            info.Rotation,
            MediaNative.Text(info.Codec),
            MediaNative.Text(info.Container),
            info.Truncated != 0);
    }

    /// <summary>Size, length, rotation and codec.</summary>
    public VideoInfo Info { get; }

    /// <summary>Opens a file's first video stream (a cover picture is none) and lists its packets.</summary>
    /// <param name="path">An mp4, mov, mkv, webm, avi or other video file; its name's ending doesn't matter.</param>
    /// <param name="maxThreads">Decoding threads; 0 for one per core. Frames don't depend on it.</param>
    /// <exception cref="MediaException">No such file, no video, or one that this FFmpeg can't decode.</exception>
    public static VideoFile Open(string path, int maxThreads = 0)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentOutOfRangeException.ThrowIfNegative(maxThreads);
        MediaChecks.RequireNonEmptyFile(path, VideoErrors.Expected);
        var status = MediaNative.VideoOpen(Path.GetFullPath(path), maxThreads, out var video);
        return status == NativeStatus.Ok
            ? new VideoFile(path, new VideoHandle(video))
            : throw VideoErrors.Opening(path, status, MediaNative.LastError);
    }

    /// <summary>
    /// The frames of the given indices (0 is the first in presentation order), in the order asked; a repeated index gives the same
    /// object again. They are the frames that a full decode gives.
    /// </summary>
    /// <param name="indices">Any indices from 0 to FrameCount-1.</param>
    /// <param name="exhaustive">Decode everything from the first frame on instead of seeking: slow, the same frames, for checks.</param>
    /// <exception cref="MediaException">An index outside 0..FrameCount-1, or a frame that doesn't decode.</exception>
    public RgbImage[] ReadFrames(ReadOnlySpan<int> indices, bool exhaustive = false)
    {
        var distinct = new SortedSet<int>();
        foreach (var index in indices)
        {
            if (index < 0 || index >= Info.FrameCount)
            {
                throw new MediaException(
                    _path, $"frame indices from 0 to {Info.FrameCount - 1}", $"index {index}", "Choose frames that the video has.");
            }

            distinct.Add(index);
        }

        _pass++;
        var frames = distinct.ToDictionary(index => index, _ => NewFrame());
        Fill([.. distinct.Select(index => (long)index)], [.. distinct.Select(index => frames[index])], exhaustive);
        var result = new RgbImage[indices.Length];
        for (var i = 0; i < indices.Length; i++)
        {
            result[i] = frames[indices[i]];
        }

        return result;
    }

    /// <summary>
    /// Every frame in presentation order, decoded from the first on. Reading frames otherwise, or beginning another such pass, ends it.
    /// </summary>
    /// <exception cref="InvalidOperationException">The instance was used for something else before the pass was over.</exception>
    public IEnumerable<RgbImage> ReadAllFrames()
    {
        var mine = ++_pass;
        Check(MediaNative.VideoRewind(_handle));
        while (true)
        {
            if (mine != _pass)
            {
                throw new InvalidOperationException("The video was read otherwise while all its frames were being read.");
            }

            var frame = NewFrame();
            var status = MediaNative.VideoNext(_handle, frame.Pixels);
            if (status == NativeStatus.End)
            {
                yield break;
            }

            Check(status);
            yield return frame;
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _handle.Dispose();

    private RgbImage NewFrame() => new(
        Info.Width, Info.Height, GC.AllocateUninitializedArray<byte>(checked(Info.Width * Info.Height * 3)));

    private unsafe void Fill(long[] indices, RgbImage[] frames, bool exhaustive)
    {
        var pins = new GCHandle[frames.Length];
        try
        {
            var rows = new byte*[frames.Length];
            for (var i = 0; i < frames.Length; i++)
            {
                pins[i] = GCHandle.Alloc(frames[i].Pixels, GCHandleType.Pinned);
                rows[i] = (byte*)pins[i].AddrOfPinnedObject();
            }

            fixed (byte** first = rows)
            {
                Check(MediaNative.VideoRead(_handle, indices, indices.Length, exhaustive ? 0 : 1, first));
            }
        }
        finally
        {
            foreach (var pin in pins.Where(pin => pin.IsAllocated))
            {
                pin.Free();
            }
        }
    }

    private void Check(NativeStatus status)
    {
        if (status != NativeStatus.Ok)
        {
            throw VideoErrors.Reading(_path, Info, status, MediaNative.VideoDecodable(_handle), MediaNative.LastError);
        }
    }
}
