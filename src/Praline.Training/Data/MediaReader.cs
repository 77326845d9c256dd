using Praline.Data;
using Praline.Media;

namespace Praline.Training.Data;

/// <summary>Finds and reads the frames that examples look at.</summary>
/// <param name="Frames">How frames of videos are chosen.</param>
public sealed record MediaReader(FrameSampling Frames)
{
    /// <summary>How many images the model will see, from the file's header alone.</summary>
    /// <exception cref="PralineException">The file is missing or can't be read.</exception>
    public int Count(MediaSet media) => media.IsVideo ? FramesOf(media).Frames.Count : media.Items.Count;

    /// <summary>The numbers of the frames that the model will see, empty for images, and the seconds from one to the next.</summary>
    /// <exception cref="PralineException">The file is missing or can't be read.</exception>
    public (IReadOnlyList<int> Frames, double SecondsPerFrame) FramesOf(MediaSet media) => Guard<(IReadOnlyList<int>, double)>(media, () =>
    {
        if (!media.IsVideo)
        {
            return ([], 0);
        }

        using var video = media.Items[0].OpenVideo(maxThreads: 1);
        var frames = Choose(video.Info, media);
        return (frames, SecondsBetween(frames, video.Info));
    });

    /// <summary>The sizes of the images that the model will see, from headers alone.</summary>
    /// <exception cref="PralineException">The file is missing or can't be read.</exception>
    public IReadOnlyList<(int Height, int Width)> Sizes(MediaSet media) => Guard<IReadOnlyList<(int Height, int Width)>>(media, () =>
    {
        if (!media.IsVideo)
        {
            return [.. media.Items.Select(m => m.ImageSize())];
        }

        using var video = media.Items[0].OpenVideo(maxThreads: 1);
        return [.. Choose(video.Info, media).Select(_ => (video.Info.Height, video.Info.Width))];
    });

    /// <summary>The images, decoded, and for a video the seconds from one to the next.</summary>
    /// <exception cref="PralineException">The file is missing or can't be read.</exception>
    public (IReadOnlyList<RgbImage> Images, double SecondsPerFrame) Read(MediaSet media) => Guard<(IReadOnlyList<RgbImage>, double)>(media, () =>
    {
        if (!media.IsVideo)
        {
            return ([.. media.Items.Select(m => m.OpenImage())], 0);
        }

        using var video = media.Items[0].OpenVideo(maxThreads: 1);
        var frames = Choose(video.Info, media);
        return (video.ReadFrames(frames), SecondsBetween(frames, video.Info));
    });

    private static double SecondsBetween(int[] frames, VideoInfo info) =>
        frames.Length < 2 || info.AverageFps <= 0 ? 0 : (frames[^1] - frames[0]) / info.AverageFps / (frames.Length - 1);

    private int[] Choose(VideoInfo info, MediaSet media) =>
        Frames.Choose(info, media.Range);

    private static T Guard<T>(MediaSet media, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (MediaException error)
        {
            throw new PralineException(error.Message, error);
        }
        catch (ArgumentOutOfRangeException error)
        {
            throw new PralineException($"{media.Key}: the range of frames lies outside the video. ({error.Message})", error);
        }
    }
}
