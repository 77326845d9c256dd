using Praline.Data;
using Praline.Media;

namespace Praline.Preferences;

/// <summary>Frames of videos as PNG files for judges that look, no larger than they need.</summary>
/// <param name="shortestEdge">Frames with a longer shortest edge are made smaller, to this.</param>
public sealed class MediaFrameSource(int shortestEdge = 336) : IFrameSource
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<ChatImage>> FramesAsync(string path, FrameRange? range, int count, CancellationToken cancellation) => Task.Run(
        IReadOnlyList<ChatImage> () =>
        {
            using var file = VideoFile.Open(path);
            var (first, last) = (range?.First ?? 0, Math.Min(range?.Last ?? int.MaxValue, file.Info.FrameCount - 1));
            var indices = FrameSampler.Linspace(first, last, Math.Min(count, last - first + 1));
            return [.. file.ReadFrames(indices).Select(f => new ChatImage("image/png", ImageFile.EncodePng(Shrink(f))))];
        },
        cancellation);

    private RgbImage Shrink(RgbImage frame)
    {
        var scale = (double)shortestEdge / Math.Min(frame.Width, frame.Height);
        return scale >= 1
            ? frame
            : PillowResize.Resize(
                frame, Math.Max(1, (int)Math.Round(frame.Width * scale)), Math.Max(1, (int)Math.Round(frame.Height * scale)), ResizeFilter.Bicubic);
    }
}
