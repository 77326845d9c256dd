using Praline.Data;
using Praline.Media;
using Praline.Models.Multimodal;

namespace Praline.Training.Data;

/// <summary>
/// A vision tower or projector that trains, of any family: tokens are computed in every step, once for each medium however many responses
/// look at it. Decoded images are kept up to a budget of memory; what is beyond is decoded again.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="reader">Reads media.</param>
/// <param name="cacheBytes">Memory for decoded images.</param>
/// <param name="towerTrains">Whether the tower trains, or only the projector.</param>
public sealed class LiveVision(VisionLanguageModel model, MediaReader reader, long cacheBytes = 2L << 30, bool towerTrains = true) : IVisionSource
{
    private readonly Dictionary<string, IReadOnlyList<int>> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (IReadOnlyList<RgbImage> Images, double SecondsPerFrame)> _images = new(StringComparer.Ordinal);

    private readonly Dictionary<string, long> _activations = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public long MemoryBytes { get; private set; }

    /// <inheritdoc/>
    public long ActivationBytes(MediaSet media)
    {
        _ = Counts(media);
        return _activations[media.Key];
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Prepare(IReadOnlyList<MediaSet> media, Action<int, int>? report, CancellationToken cancellation) =>
        VisionSources.Measured(media, m => _ = Counts(m), report, cancellation);

    /// <inheritdoc/>
    public IReadOnlyList<int> Counts(MediaSet media)
    {
        if (!_counts.TryGetValue(media.Key, out var counts))
        {
            var sizes = reader.Sizes(media);
            _counts[media.Key] = counts = model.CountTokens(sizes, KindOf(media));
            _activations[media.Key] = VisionActivations.Of(model, sizes, KindOf(media), towerTrains);
        }

        return counts;
    }

    /// <inheritdoc/>
    public void Prefetch(IEnumerable<MediaSet> media)
    {
        // Images are decoded when a step first needs them, and kept as far as there is room.
    }

    /// <inheritdoc/>
    public IReadOnlyList<VisionFeatures> Features(IReadOnlyList<MediaSet> media)
    {
        var found = media.DistinctBy(m => m.Key).ToDictionary(m => m.Key, Encode, StringComparer.Ordinal);
        return [.. media.Select(m => found[m.Key])];
    }

    /// <inheritdoc/>
    public void Dispose() => _images.Clear();

    private static MediaKind KindOf(MediaSet media) => media.IsVideo ? MediaKind.Video : MediaKind.Images;

    private VisionFeatures Encode(MediaSet media)
    {
        var (images, seconds) = Read(media);
        return model.EncodeWithGradients(images, KindOf(media), seconds);
    }

    private (IReadOnlyList<RgbImage> Images, double SecondsPerFrame) Read(MediaSet media)
    {
        if (_images.TryGetValue(media.Key, out var known))
        {
            return known;
        }

        var read = reader.Read(media);
        var bytes = read.Images.Sum(i => (long)i.Pixels.Length);
        if (MemoryBytes + bytes <= cacheBytes)
        {
            MemoryBytes += bytes;
            _images[media.Key] = read;
        }

        return read;
    }
}
