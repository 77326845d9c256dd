using Praline.Media;

namespace Praline.Preferences;

/// <summary>Frames of videos as PNG files for judges that look, no larger than they need.</summary>
/// <param name="shortestEdge">Frames with a longer shortest edge are made smaller, to this.</param>
public sealed class MediaFrameSource(int shortestEdge = 336) : IFrameSource
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<ChatImage>> FramesAsync(string path, int count, CancellationToken cancellation) => Task.Run(
        IReadOnlyList<ChatImage> () =>
        {
            using var file = VideoFile.Open(path);
            var indices = FrameSampler.Linspace(0, file.Info.FrameCount - 1, Math.Min(count, file.Info.FrameCount));
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
