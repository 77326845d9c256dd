using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Praline.Media;
using Praline.Models.Multimodal;

namespace Praline.Inference;

/// <summary>An image, or a video's frames, that a message shows. Nothing is opened before it is needed.</summary>
/// <param name="Name">What to call it in messages.</param>
/// <param name="Kind">An image, or a video.</param>
/// <param name="Open">Opens it, on any thread: what it is, and how its frames are decoded.</param>
public sealed record MediaInput(string Name, MediaKind Kind, Func<MediaContent> Open)
{
    private static readonly ConcurrentDictionary<string, (long Length, DateTime Written, string Hash)> Hashes = new(StringComparer.Ordinal);

    /// <summary>An image file.</summary>
    public static MediaInput Image(string path) => new(path, MediaKind.Images, () => new MediaContent(
        HashOf(path), 0, 0, path, [], () => [ImageFile.Open(path)]));

    /// <summary>An image file in memory.</summary>
    /// <param name="data">The file's bytes: JPEG, PNG, WebP or GIF.</param>
    /// <param name="name">What to call it in messages.</param>
    public static MediaInput Image(ReadOnlyMemory<byte> data, string name = "image") => new(name, MediaKind.Images, () => new MediaContent(
        Hash(data.Span), 0, 0, null, [], () => [ImageFile.Decode(data.Span, name)]));

    /// <summary>A video file, or a clip of one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="sampling">How many frames are looked at.</param>
    /// <param name="range">First and last frame of a clip, both inclusive; null for the whole video.</param>
    public static MediaInput Video(string path, FrameSampling? sampling = null, (int First, int Last)? range = null) =>
        Video(path, info => (sampling ?? FrameSampling.ForVideos).Choose(info, range), range);

    /// <summary>A video file of which the caller chooses frames by index.</summary>
    /// <param name="path">The file.</param>
    /// <param name="choose">Frame indices from what the file says of itself.</param>
    /// <param name="range">The clip that was asked for, to check it against the video's length.</param>
    public static MediaInput Video(string path, Func<VideoInfo, int[]> choose, (int First, int Last)? range = null) => new(path, MediaKind.Video, () =>
    {
        VideoInfo info;
        using (var file = VideoFile.Open(path))
        {
            info = file.Info;
        }

        if (info.FrameCount < 1 || range?.First >= info.FrameCount)
        {
            throw new PralineException(
                $"{path}: frames {(range is { } r ? $"[{r.First}, {r.Last}]" : "0 and on")} were asked for, but the video has {info.FrameCount}. Make the clips again.");
        }

        var frames = choose(info);
        return new MediaContent(HashOf(path), SecondsPerFrame(frames, info), info.DurationSeconds, path, frames, () =>
        {
            using var file = VideoFile.Open(path);
            return file.ReadFrames(frames);
        });
    });

    /// <summary>Frames that the caller has.</summary>
    /// <param name="frames">At least one.</param>
    /// <param name="kind">Whether they are frames of one video.</param>
    /// <param name="secondsPerFrame">Time between two frames; 0 when unknown.</param>
    /// <param name="name">What to call them in messages.</param>
    public static MediaInput Frames(IReadOnlyList<RgbImage> frames, MediaKind kind = MediaKind.Video, double secondsPerFrame = 0, string name = "frames") =>
        new(name, kind, () =>
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var frame in frames)
            {
                hash.AppendData(Encoding.UTF8.GetBytes($"{frame.Width}x{frame.Height};"));
                hash.AppendData(frame.Pixels);
            }

            return new MediaContent(Convert.ToHexStringLower(hash.GetHashAndReset()), secondsPerFrame, 0, null, [], () => frames);
        });

    private static double SecondsPerFrame(int[] frames, VideoInfo info) => frames.Length > 1 && info.AverageFps > 0
        ? (double)(frames[^1] - frames[0]) / (frames.Length - 1) / info.AverageFps
        : 0;

    private static string Hash(ReadOnlySpan<byte> data) => Convert.ToHexStringLower(SHA256.HashData(data));

    /// <summary>SHA-256 of a file; one whose size and time of change are as they were is not read again.</summary>
    private static string HashOf(string path)
    {
        var file = new FileInfo(Path.GetFullPath(path));
        if (!file.Exists || file.Length == 0)
        {
            return $"missing {path}"; // whoever decodes it says what is wrong
        }

        if (Hashes.TryGetValue(file.FullName, out var known) && known.Length == file.Length && known.Written == file.LastWriteTimeUtc)
        {
            return known.Hash;
        }

        using var stream = file.OpenRead();
        var hash = Convert.ToHexStringLower(SHA256.HashData(stream));
        if (DateTime.UtcNow - file.LastWriteTimeUtc > TimeSpan.FromSeconds(2))
        {
            // What was written just now may be written again within the clock's resolution.
            Hashes[file.FullName] = (file.Length, file.LastWriteTimeUtc, hash);
        }

        return hash;
    }
}

/// <summary>What a medium is, once it is opened.</summary>
/// <param name="Hash">Names the content.</param>
/// <param name="SecondsPerFrame">Time between two frames, for families whose positions tell time; 0 when unknown.</param>
/// <param name="Duration">The video's length in seconds.</param>
/// <param name="Path">The file, for caches on disk; null when there is none.</param>
/// <param name="Frames">The frames chosen, by index; empty for an image.</param>
/// <param name="Decode">Decodes the frames.</param>
public sealed record MediaContent(
    string Hash, double SecondsPerFrame, double Duration, string? Path, IReadOnlyList<int> Frames, Func<IReadOnlyList<RgbImage>> Decode)
{
    /// <summary>Names the content and the frames: equal keys mean the same pixels.</summary>
    public string Key { get; init; } = FormattableString.Invariant($"{Hash} {string.Join(',', Frames)} {SecondsPerFrame:R}");

    /// <summary>The same with its frames changed.</summary>
    /// <param name="what">Names the change.</param>
    /// <param name="change">The change.</param>
    public MediaContent With(string what, Func<IReadOnlyList<RgbImage>, IReadOnlyList<RgbImage>> change) =>
        this with { Hash = $"{Hash} {what}", Path = null, Decode = () => change(Decode()), Key = $"{Key} {what}" };

    /// <summary>A number for a prompt's keys.</summary>
    internal static ulong NumberOf(string key) => MemoryMarshal.Read<ulong>(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
