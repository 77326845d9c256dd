using Praline.Media;

namespace Praline.Training.Data;

/// <summary>Finds and reads the frames that examples look at.</summary>
/// <param name="Frames">How frames of videos are chosen.</param>
public sealed record MediaReader(FrameOptions Frames)
{
    /// <summary>How many images the model will see, from the file's header alone.</summary>
    /// <exception cref="PralineException">The file is missing or can't be read.</exception>
    public int Count(MediaReference media) => Guard(media, () =>
    {
        if (!media.IsVideo)
        {
            return media.Paths.Count;
        }

        using var video = VideoFile.Open(media.Paths[0], maxThreads: 1);
        return Choose(video.Info, media).Length;
    });

    /// <summary>The images, decoded.</summary>
    /// <exception cref="PralineException">The file is missing or can't be read.</exception>
    public IReadOnlyList<RgbImage> Read(MediaReference media) => Guard<IReadOnlyList<RgbImage>>(media, () =>
    {
        if (!media.IsVideo)
        {
            return [.. media.Paths.Select(ImageFile.Open)];
        }

        using var video = VideoFile.Open(media.Paths[0], maxThreads: 1);
        return video.ReadFrames(Choose(video.Info, media));
    });

    private int[] Choose(VideoInfo info, MediaReference media) =>
        FrameSampler.Choose(info, Frames.MinFrm, Frames.MaxFrm, Frames.FpsFrm, Frames.SampledFrm, media.Range);

    private static T Guard<T>(MediaReference media, Func<T> read)
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
