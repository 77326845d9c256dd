using Praline.Media;

namespace Praline.Data;

/// <summary>A stretch of a video by frame index, as the paper's files write it: <c>[first, last]</c>, both included.</summary>
public readonly record struct FrameRange(int First, int Last)
{
    /// <inheritdoc/>
    public override string ToString() => $"[{First}, {Last}]";
}

/// <summary>A medium's bytes inside a data file. They are read when they are needed and never kept.</summary>
public abstract class EmbeddedMedia
{
    /// <summary>How many bytes.</summary>
    public abstract long Length { get; }

    /// <summary>SHA-256 of the bytes: 64 hexadecimal digits.</summary>
    public abstract string ContentHash { get; }

    /// <summary>Reads the bytes.</summary>
    /// <exception cref="PralineException">The data file can't be read any more.</exception>
    public abstract byte[] Read();
}

/// <summary>
/// An image or a video that a row names: a file, or bytes inside the data file. The same medium has the same <see cref="Key"/> in whatever row it
/// stands.
/// </summary>
public sealed record MediaReference
{
    /// <summary>An image file.</summary>
    public static MediaReference Image(string path) => new() { IsVideo = false, Name = path, Path = System.IO.Path.GetFullPath(path) };

    /// <summary>A video file, or a stretch of it.</summary>
    public static MediaReference Video(string path, FrameRange? range = null) =>
        new() { IsVideo = true, Name = path, Path = System.IO.Path.GetFullPath(path), Range = range };

    /// <summary>Whether it is a video; else an image.</summary>
    public required bool IsVideo { get; init; }

    /// <summary>The name as the row has it: a path, a URL, or for bytes the path that stands beside them (may be empty).</summary>
    public required string Name { get; init; }

    /// <summary>The frames that are looked at; null for the whole video.</summary>
    public FrameRange? Range { get; init; }

    /// <summary>The file, absolute; null for embedded bytes, and where files were not looked for.</summary>
    public string? Path { get; init; }

    /// <summary>The bytes inside the data file; null for a file.</summary>
    public EmbeddedMedia? Embedded { get; init; }

    /// <summary>Names the medium and the range: two references with equal keys look at the same.</summary>
    public string Key => $"{(Embedded is { } bytes ? $"sha256:{bytes.ContentHash}" : Path ?? Name)}"
        + (Range is { } r ? FormattableString.Invariant($"#{r.First}-{r.Last}") : "");

    /// <summary>What to call it in a message.</summary>
    public string Label => Path ?? (Name.Length > 0 && Name.Length <= 200 ? Name : $"{(IsVideo ? "video" : "image")} inside the data file");

    /// <inheritdoc/>
    public bool Equals(MediaReference? other) => other is not null && IsVideo == other.IsVideo && Key == other.Key;

    /// <inheritdoc/>
    public override int GetHashCode() => Key.GetHashCode(StringComparison.Ordinal);

    /// <summary>Decodes an image.</summary>
    /// <exception cref="MediaException">It is missing, damaged or no image.</exception>
    public RgbImage OpenImage() => Embedded is { } bytes ? ImageFile.Decode(bytes.Read(), Label) : ImageFile.Open(Path ?? Name);

    /// <summary>An image's size as it will be decoded, from its headers alone.</summary>
    /// <exception cref="MediaException">It is missing, damaged or no image.</exception>
    public (int Height, int Width) ImageSize()
    {
        var (width, height) = ImageFile.SizeOf(Embedded is { } bytes ? bytes.Read() : ImageFile.ReadBytes(Path ?? Name), Label);
        return (height, width);
    }

    /// <summary>Opens a video. Embedded bytes become a file in the temporary folder that is gone once it is open.</summary>
    /// <exception cref="MediaException">It is missing, damaged or no video.</exception>
    public VideoFile OpenVideo(int maxThreads = 0)
    {
        if (Embedded is null)
        {
            return VideoFile.Open(Path ?? Name, maxThreads);
        }

        var file = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"praline-{Environment.ProcessId}-{Guid.NewGuid():N}");
        try
        {
            File.WriteAllBytes(file, Embedded.Read());
            return VideoFile.Open(file, maxThreads);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.CannotWrite(file, error);
        }
        finally
        {
            File.Delete(file); // FFmpeg holds the open file
        }
    }
}

/// <summary>Media that a model encodes together: images in their order, or one video.</summary>
/// <param name="Items">At least one.</param>
public sealed record MediaSet(IReadOnlyList<MediaReference> Items)
{
    /// <summary>Media in their order as sets: images that follow each other are one, every video is one by itself.</summary>
    public static IReadOnlyList<MediaSet> Of(IEnumerable<MediaReference> media)
    {
        var sets = new List<MediaSet>();
        foreach (var medium in media)
        {
            if (!medium.IsVideo && sets is [.., { IsVideo: false } images])
            {
                sets[^1] = new MediaSet([.. images.Items, medium]);
            }
            else
            {
                sets.Add(new MediaSet([medium]));
            }
        }

        return sets;
    }

    /// <summary>Whether it is a video.</summary>
    public bool IsVideo => Items[0].IsVideo;

    /// <summary>The range of the video's frames; null for images and for a whole video.</summary>
    public (int Start, int End)? Range => Items[0].Range is { } r ? (r.First, r.Last) : null;

    /// <summary>Names it: two sets with equal keys look at the same.</summary>
    public string Key { get; } = string.Join('|', Items.Select(m => m.Key));

    /// <inheritdoc/>
    public bool Equals(MediaSet? other) => other is not null && Key == other.Key && IsVideo == other.IsVideo;

    /// <inheritdoc/>
    public override int GetHashCode() => Key.GetHashCode(StringComparison.Ordinal);
}
