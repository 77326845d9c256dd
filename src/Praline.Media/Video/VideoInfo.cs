namespace Praline.Media;

/// <summary>What a video file says about its first video stream.</summary>
/// <param name="Width">Columns of the frames handed out, after rotation.</param>
/// <param name="Height">Rows of the frames handed out, after rotation.</param>
/// <param name="CodedWidth">Columns as stored, before rotation.</param>
/// <param name="CodedHeight">Rows as stored, before rotation.</param>
/// <param name="DurationSeconds">The stream's length in seconds; the container's where the stream has none of its own.</param>
/// <param name="FrameCount">
/// Frames in presentation order, outside edit lists not counted. Counted packet by packet; where an MP4 index declares more frames
/// than the file still holds, the declared number, and <paramref name="Truncated"/> is true.
/// </param>
/// <param name="AverageFps">Frames per second on average.</param>
/// <param name="Rotation">Clockwise degrees by which stored frames are turned for display: 0, 90, 180 or 270.</param>
/// <param name="Codec">FFmpeg's name of the codec, such as <c>h264</c>.</param>
/// <param name="Container">FFmpeg's names of the container, such as <c>mov,mp4,m4a,3gp,3g2,mj2</c>.</param>
/// <param name="Truncated">The file ends before the frames that it declares: the last of them can't be read.</param>
public sealed record VideoInfo(
    int Width,
    int Height,
    int CodedWidth,
    int CodedHeight,
    double DurationSeconds,
    int FrameCount,
    double AverageFps,
    int Rotation,
    string Codec,
    string Container,
    bool Truncated = false);
