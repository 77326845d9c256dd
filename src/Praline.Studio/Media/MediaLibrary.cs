using System.Collections.Concurrent;
using System.Text.Json;
using Praline.Media;
using Praline.Studio.Library;
using Praline.Studio.Pairs;

namespace Praline.Studio.Media;

/// <summary>A frame of the strip.</summary>
/// <param name="Index">Its number in the video, from 0.</param>
/// <param name="Seconds">About when it is shown: its number divided by the mean frame rate.</param>
public readonly record struct StripFrame(int Index, double Seconds);

/// <summary>What can be shown of a video.</summary>
/// <param name="Frames">Exactly the frames that the captioner was given.</param>
/// <param name="Plays">Whether browsers play the file as it is.</param>
/// <param name="Why">Codec and container where they don't, or what is wrong with the file.</param>
/// <param name="Sampling">How the frames were chosen, in words.</param>
public sealed record VideoStrip(IReadOnlyList<StripFrame> Frames, bool Plays, string Why, string Sampling);

/// <summary>
/// Opens media for the browser: only files that lie below the root or the media folder, links followed to their end. What the strip shows are the frames that
/// <see cref="FrameSampler"/> chooses with the settings of the build, the ones that the model's vision input had.
/// </summary>
public sealed class MediaLibrary
{
    private const int StripHeight = 112;
    private const int CachedFrames = 512;
    private readonly string[] _roots;
    private readonly ConcurrentDictionary<(string Path, long Changed, int Index), byte[]> _frames = new();

    /// <summary>Creates the library.</summary>
    public MediaLibrary(StudioOptions options) =>
        _roots = [.. new[] { options.Root, options.MediaFolder }.OfType<string>().Select(folder => RealPath(Path.GetFullPath(folder)))];

    /// <summary>The real path of a medium that may be shown; null for what is missing, lies elsewhere, or is no regular file with content.</summary>
    public string? Allowed(PairMedium medium)
    {
        if (medium.Path is null || !File.Exists(medium.Path))
        {
            return null;
        }

        var real = RealPath(medium.Path);
        var inside = _roots.Any(root => real.StartsWith(root.TrimEnd('/') + "/", StringComparison.Ordinal));
        return inside && TypeOf(real) is not null && new FileInfo(real).Length > 0 ? real : null; // pipes and devices have no length
    }

    /// <summary>The content type of a file by its ending; null for what is no medium.</summary>
    public static string? TypeOf(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".mp4" or ".m4v" or ".mov" => "video/mp4",
        ".webm" => "video/webm",
        ".mkv" => "video/x-matroska",
        ".avi" => "video/x-msvideo",
        ".mpg" or ".mpeg" => "video/mpeg",
        ".png" => "image/png",
        ".jpg" or ".jpeg" => "image/jpeg",
        ".webp" => "image/webp",
        ".gif" => "image/gif",
        _ => null,
    };

    /// <summary>The strip of a video.</summary>
    public VideoStrip Strip(PairMedium medium, DataSetEntry data)
    {
        if (Allowed(medium) is not { } path)
        {
            return new VideoStrip([], false, medium.Path is null ? $"There is no file {medium.Name}." : $"{medium.Name} lies outside the studio's folders.", "");
        }

        try
        {
            using var video = VideoFile.Open(path, maxThreads: 1);
            var (sampling, words) = Sampling(data);
            var range = medium is { First: { } first, Last: { } last } ? (first, last) : ((int, int)?)null;
            var indices = FrameSampler.Choose(video.Info, sampling.MinFrames, sampling.MaxFrames, sampling.FramesPerSecond, sampling.SampledFrames, range);
            var rate = video.Info.AverageFps > 0 ? video.Info.AverageFps : 1;
            var plays = video.Info.Codec is "h264" or "vp8" or "vp9" or "av1" && Path.GetExtension(path).ToLowerInvariant() is ".mp4" or ".m4v" or ".mov" or ".webm";
            return new VideoStrip([.. indices.Select(i => new StripFrame(i, i / rate))], plays, plays ? "" : $"{video.Info.Codec} in {Path.GetExtension(path)}", words);
        }
        catch (Exception error) when (error is MediaException or ArgumentOutOfRangeException)
        {
            return new VideoStrip([], false, error.Message, "");
        }
    }

    /// <summary>One frame of a video as PNG, at the strip's size.</summary>
    /// <exception cref="MediaException">The video or the frame can't be read.</exception>
    public byte[] Frame(string path, int index)
    {
        var key = (path, File.GetLastWriteTimeUtc(path).Ticks, index);
        if (_frames.TryGetValue(key, out var known))
        {
            return known;
        }

        using var video = VideoFile.Open(path, maxThreads: 1);
        if (index < 0 || index >= video.Info.FrameCount)
        {
            throw new MediaException(path, $"a frame from 0 to {video.Info.FrameCount - 1}", $"{index}", "Name one of them.");
        }

        var frame = video.ReadFrames([index])[0];
        var scale = Math.Min(1, (double)StripHeight / frame.Height);
        var png = ImageFile.EncodePng(PillowResize.Resize(
            frame, Math.Max(1, (int)(frame.Width * scale)), Math.Max(1, (int)(frame.Height * scale)), ResizeFilter.Bilinear));
        if (_frames.Count >= CachedFrames)
        {
            _frames.Clear();
        }

        return _frames[key] = png;
    }

    /// <summary>The settings that the candidates of this folder were made with; the papers' where no build left them.</summary>
    private static (Praline.Media.FrameSampling Sampling, string Words) Sampling(DataSetEntry data)
    {
        var state = data.Files.LongGeneration + ".state";
        if (File.Exists(state))
        {
            using var document = JsonDocument.Parse(File.ReadLines(state).First());
            var settings = document.RootElement.GetProperty("settings");
            string? Setting(string name) => settings.TryGetProperty(name, out var value) ? value.GetString() : null;
            double? Number(string name) => double.TryParse(Setting(name), System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : null;
            return (new Praline.Media.FrameSampling
            {
                MinFrames = (int)(Number("min_frm") ?? 8),
                MaxFrames = (int)(Number("max_frm") ?? 16),
                FramesPerSecond = Number("fps_frm") ?? 0.5,
                SampledFrames = (int?)Number("sampled_frm"),
            }, "The frames that the captioner saw, by the build's settings.");
        }

        return (Praline.Media.FrameSampling.ForVideos, "The frames that a captioner sees with the default settings; this folder does not say which were used.");
    }

    private static string RealPath(string path)
    {
        // Links anywhere on the way are followed: the end must lie inside.
        var real = "/";
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var next = Path.Combine(real, part);
            FileSystemInfo info = Directory.Exists(next) ? new DirectoryInfo(next) : new FileInfo(next);
            real = info.LinkTarget is null ? next : info.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? next;
        }

        return real;
    }
}
