using Praline.Inference;
using Praline.Media;
using Praline.Models.Multimodal;

namespace Praline.Server.Media;

/// <summary>Where media of requests come from: data URLs, files below the media root, and http(s) addresses where that is allowed. Sizes are checked before pixels are decoded.</summary>
internal sealed class MediaSources(ServeOptions options) : IDisposable
{
    private const long KeptVideoBytes = 1L << 30;
    private readonly MediaRoot _root = new(options.MediaRoot);
    private readonly VideoFiles _videos = new(KeptVideoBytes);
    private readonly RemoteMedia _remote = new(options.MaxBodyBytes);

    /// <summary>For tests: fetches with another rule of what may be connected to.</summary>
    internal RemoteMedia? Remote { get; init; }

    /// <summary>A medium that a request names.</summary>
    /// <param name="url">A data URL, a file, or an address.</param>
    /// <param name="sampling">How many frames of a video; null for an image.</param>
    /// <param name="parameter">Where the request names it.</param>
    /// <param name="leases">What to dispose when the request is answered.</param>
    /// <param name="cancellation">Ends a fetch.</param>
    internal async Task<MediaInput> OpenAsync(string url, FrameSampling? sampling, string parameter, List<IDisposable> leases, CancellationToken cancellation)
    {
        if (url.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
        {
            return FromBytes(DataUrl(url, sampling is null ? "image/" : "video/", parameter), sampling, parameter, leases);
        }

        if (url.StartsWith("http:", StringComparison.OrdinalIgnoreCase) || url.StartsWith("https:", StringComparison.OrdinalIgnoreCase))
        {
            if (!options.AllowRemoteMedia)
            {
                throw ApiException.Invalid(parameter, $"{parameter}: this server fetches nothing; start it with --allow-remote-media, or send a data URL.", "remote_not_allowed");
            }

            var address = Uri.TryCreate(url, UriKind.Absolute, out var uri) ? uri : throw ApiException.Invalid(parameter, $"{parameter} is no valid address.", "invalid_url");
            return FromBytes(await (Remote ?? _remote).FetchAsync(address, parameter, cancellation).ConfigureAwait(false), sampling, parameter, leases);
        }

        var path = _root.Find(url, parameter);
        return sampling is null ? FromImageFile(path, parameter) : Video(path, sampling, parameter);
    }

    /// <summary>A video as bare base64.</summary>
    internal MediaInput FromBase64(string data, FrameSampling sampling, string parameter, List<IDisposable> leases) =>
        FromBytes(Base64(data, parameter), sampling, parameter, leases);

    public void Dispose()
    {
        _videos.Dispose();
        _remote.Dispose();
    }

    private MediaInput FromBytes(byte[] bytes, FrameSampling? sampling, string parameter, List<IDisposable> leases)
    {
        if (bytes.Length == 0)
        {
            throw ApiException.Invalid(parameter, $"{parameter} is empty.", "invalid_media");
        }

        if (sampling is null)
        {
            return Told(Limited(MediaInput.Image(bytes, parameter), parameter, () => ImageFile.SizeOf(bytes, parameter)), parameter, null);
        }

        var (path, lease) = _videos.Put(bytes);
        leases.Add(lease);
        return Video(path, sampling, parameter);
    }

    private MediaInput FromImageFile(string path, string parameter)
    {
        // The bytes are read once, so that what is measured is what is decoded.
        var read = new Lazy<MediaInput>(() =>
        {
            if (new FileInfo(path).Length > options.MaxBodyBytes)
            {
                throw ApiException.Invalid(parameter, $"{parameter}: the file has more than {options.MaxBodyBytes} bytes.", "media_too_large");
            }

            var bytes = ImageFile.ReadBytes(path);
            return Limited(MediaInput.Image(bytes, parameter), parameter, () => ImageFile.SizeOf(bytes, parameter));
        });
        return Told(new MediaInput(parameter, MediaKind.Images, () => read.Value.Open()), parameter, path);
    }

    private MediaInput Video(string path, FrameSampling sampling, string parameter) => Told(
        MediaInput.Video(path, info =>
        {
            var frames = sampling.Choose(info);
            Require((long)info.Width * info.Height * frames.Distinct().Count(), parameter);
            return frames.Length <= options.MaxFrames ? frames
                : throw ApiException.Invalid(parameter, $"{parameter}: {frames.Length} frames are asked for, at most {options.MaxFrames} are read.", "too_many_frames");
        }),
        parameter, path);

    private MediaInput Limited(MediaInput media, string parameter, Func<(int Width, int Height)> size) => media with
    {
        Open = () =>
        {
            var (width, height) = size();
            Require((long)width * height, parameter);
            return media.Open();
        },
    };

    private void Require(long pixels, string parameter)
    {
        if (pixels > options.MaxPixels)
        {
            throw ApiException.Invalid(parameter, $"{parameter} has {pixels} pixels in its frames, at most {options.MaxPixels} are decoded.", "media_too_large");
        }
    }

    /// <summary>The medium under the name that the request knows: what goes wrong is said of that name, not of a path on this machine.</summary>
    private static MediaInput Told(MediaInput media, string parameter, string? path)
    {
        T Try<T>(Func<T> work)
        {
            try
            {
                return work();
            }
            catch (PralineException error)
            {
                throw ApiException.Invalid(parameter, path is null ? error.Message : error.Message.Replace(path, parameter, StringComparison.Ordinal), "invalid_media");
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw ApiException.Invalid(parameter, $"{parameter} can't be read.", "invalid_media");
            }
        }

        return new MediaInput(parameter, media.Kind, () =>
        {
            var content = Try(media.Open);
            return content with { Decode = () => Try(content.Decode) };
        });
    }

    private static byte[] DataUrl(string url, string kind, string parameter)
    {
        var comma = url.IndexOf(',', StringComparison.Ordinal);
        var head = comma < 0 || comma > 200 ? "" : url[5..comma];
        var parts = head.Split(';');
        if (parts.Length < 2 || !parts[^1].Equals("base64", StringComparison.OrdinalIgnoreCase))
        {
            throw ApiException.Invalid(parameter, $"{parameter} should be data:{kind}…;base64,DATA.", "invalid_url");
        }

        if (!parts[0].StartsWith(kind, StringComparison.OrdinalIgnoreCase) && parts[0] is not ("" or "application/octet-stream"))
        {
            throw ApiException.Invalid(parameter, $"{parameter} should be {kind}…, found {parts[0]}.", "invalid_media");
        }

        return Base64(url.AsSpan(comma + 1), parameter);
    }

    private static byte[] Base64(ReadOnlySpan<char> text, string parameter)
    {
        var bytes = new byte[(text.Length / 4 * 3) + 3];
        return Convert.TryFromBase64Chars(text, bytes, out var count) ? bytes[..count]
            : throw ApiException.Invalid(parameter, $"{parameter} is no valid base64.", "invalid_base64");
    }
}
