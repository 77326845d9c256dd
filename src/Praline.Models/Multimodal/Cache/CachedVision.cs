using Praline.Media;

namespace Praline.Models.Multimodal;

/// <summary>A model's vision part behind a cache: media that were seen before are neither decoded nor encoded again.</summary>
/// <example><code>
/// var vision = new CachedVision(model, new VisionCache(new VisionCacheOptions("cache/vision")));
/// using var features = vision.Encode("videos/a.mp4", frames, () => video.ReadFrames(frames));
/// </code></example>
public sealed class CachedVision
{
    private readonly VisionLanguageModel _model;
    private readonly VisionCache _cache;
    private readonly string _weights;

    /// <summary>Takes the fingerprint of the model's vision weights as they are now: make a new one after training them.</summary>
    public CachedVision(VisionLanguageModel model, VisionCache cache)
    {
        _model = model;
        _cache = cache;
        _weights = model.VisionFingerprint;
    }

    /// <summary>The features of some frames of a video, or of an image.</summary>
    /// <param name="path">The file: its content is part of the key, not its name.</param>
    /// <param name="frames">The numbers of the frames that <paramref name="decode"/> gives; empty for an image.</param>
    /// <param name="decode">Called only when the features are not known.</param>
    /// <param name="kind">Frames of a video, or images.</param>
    /// <param name="secondsPerFrame">Time between two frames, for families whose positions tell time.</param>
    /// <returns>Features on the model's device, in the current scope.</returns>
    public VisionFeatures Encode(
        string path, IReadOnlyList<int> frames, Func<IReadOnlyList<RgbImage>> decode, MediaKind kind = MediaKind.Video,
        double secondsPerFrame = 0)
    {
        var features = _cache.GetOrCompute(KeyOf(path, frames, kind, secondsPerFrame), () => _model.Encode(decode(), kind, secondsPerFrame));
        if (features.Tokens.Device == _model.Language.Device)
        {
            return features;
        }

        using (features)
        {
            return features with { Tokens = features.Tokens.To(_model.Language.Device) };
        }
    }

    /// <summary>Names the features of these frames: what <see cref="Encode"/> looks for.</summary>
    public VisionCacheKey KeyOf(string path, IReadOnlyList<int> frames, MediaKind kind = MediaKind.Video, double secondsPerFrame = 0) =>
        KeyOfContent(_cache.Media.HashOf(path), frames, kind, secondsPerFrame);

    /// <summary>The same for a medium whose content is known by its SHA-256, be it a file or not.</summary>
    public VisionCacheKey KeyOfContent(string contentHash, IReadOnlyList<int> frames, MediaKind kind = MediaKind.Video, double secondsPerFrame = 0) =>
        new(_weights, _model.VisionSettings, contentHash, frames, kind, secondsPerFrame);
}
