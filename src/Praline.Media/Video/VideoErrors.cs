namespace Praline.Media;

/// <summary>Turns what the native side reports about a video into words.</summary>
internal static class VideoErrors
{
    public const string Expected = "a video file (mp4, mov, mkv, webm, avi...)";

    private const string Damaged = "It is damaged or no video: fetch or record it again, or leave it out.";

    public static MediaException Opening(string path, NativeStatus status, string detail) => status switch
    {
        NativeStatus.Unreadable => new MediaException(path, Expected, detail, Damaged),
        NativeStatus.NoVideo => new MediaException(path, "a video stream", detail, "Leave the file out, or give one with pictures."),
        NativeStatus.NoDecoder => new MediaException(
            path, "a codec that this FFmpeg decodes", detail, "Convert it to H.264, or install an FFmpeg with that decoder."),
        NativeStatus.TooLarge => new MediaException(
            path, "frames of at most 128 megapixels", detail, "The header is damaged, or the video has to be scaled down first."),
        _ => new MediaException(path, Expected, detail, Damaged),
    };

    public static MediaException Reading(string path, VideoInfo info, NativeStatus status, long decodable, string detail)
    {
        if (status == NativeStatus.Missing)
        {
            return new MediaException(
                path,
                $"{info.FrameCount} frames, as the file declares",
                $"{decodable} that decode",
                decodable > 0
                    ? $"The file is cut off or damaged: fetch it again, or use frames 0 to {decodable - 1} only."
                    : "The file is damaged: fetch it again, or leave it out.");
        }

        return new MediaException(path, "frames that decode", detail, Damaged);
    }
}
