using Praline.Data;
using System.Collections.Concurrent;
using Praline.Media;
using Praline.Models.Multimodal;
using Praline.Torch;

namespace Praline.Training.Data;

/// <summary>
/// A vision tower or projector that trains (AuroraCap): tokens are computed in every step, all frames of a micro-batch in one pass. Frames
/// are decoded and resized on other threads ahead of time and kept as bytes up to a budget of memory. When the tower is frozen and
/// only the projector trains, the tower's features are kept instead.
/// </summary>
public sealed class TrainedVision : IVisionSource
{
    private readonly AuroraCap _model;
    private readonly MediaReader _reader;
    private readonly ClipImageProcessor _processor;
    private readonly bool _towerTrains;
    private readonly long _budget;
    private readonly long _featureBudget;
    private readonly (int Height, int Width) _frameSize;
    private readonly int _tokensPerFrame;
    private readonly ConcurrentDictionary<string, int> _frameCounts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<Task<RgbImage[]>>> _frames = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Tensor> _towerFeatures = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _workers;
    private long _cachedBytes;
    private long _featureBytes;

    /// <summary>Creates the source.</summary>
    /// <param name="model">The model.</param>
    /// <param name="reader">Reads media.</param>
    /// <param name="towerTrains">Whether the tower trains, or only the projector.</param>
    /// <param name="cacheBytes">Memory for decoded frames.</param>
    /// <param name="featureBytes">Memory for a frozen tower's features.</param>
    /// <param name="workers">Threads that decode.</param>
    public TrainedVision(AuroraCap model, MediaReader reader, bool towerTrains, long cacheBytes = 2L << 30, long featureBytes = 4L << 30, int workers = 1)
    {
        (_model, _reader, _towerTrains, _budget, _featureBudget, _processor) = (model, reader, towerTrains, cacheBytes, featureBytes, model.ImageProcessor);
        _frameSize = model.FrameSize;
        _tokensPerFrame = model.VisualEncoder.TokenCount(_frameSize.Height, _frameSize.Width, keptRatio: model.TokenKeptRatio);
        _workers = new SemaphoreSlim(Math.Max(1, workers));
    }

    /// <summary>What will be kept once every medium was seen.</summary>
    public long MemoryBytes
    {
        get
        {
            long frames = _frameCounts.Values.Sum();
            return _towerTrains
                ? Math.Min(_budget, frames * _frameSize.Height * _frameSize.Width * 3)
                : Math.Min(_featureBudget, frames * _tokensPerFrame * _model.VisualEncoder.HiddenSize * _model.VisualEncoder.DType.Size());
        }
    }

    /// <inheritdoc/>
    public long ActivationBytes(MediaSet media) =>
        VisionActivations.Of(_model, [.. Counts(media).Select(_ => _frameSize)], MediaKind.Images, _towerTrains);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Prepare(IReadOnlyList<MediaSet> media, Action<int, int>? report, CancellationToken cancellation) =>
        VisionSources.Measured(media, m => _frameCounts.GetOrAdd(m.Key, _ => _reader.Sizes(m).Count), report, cancellation);

    /// <inheritdoc/>
    public IReadOnlyList<int> Counts(MediaSet media) =>
        [.. Enumerable.Repeat(_tokensPerFrame, _frameCounts.GetOrAdd(media.Key, _ => _reader.Count(media)))];

    /// <inheritdoc/>
    public void Prefetch(IEnumerable<MediaSet> media)
    {
        foreach (var item in media.Where(m => !_towerFeatures.ContainsKey(m.Key)))
        {
            _ = Start(item).Value;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<VisionFeatures> Features(IReadOnlyList<MediaSet> media)
    {
        var distinct = media.DistinctBy(m => m.Key).ToArray();
        var features = _towerTrains ? EncodeFrames(distinct) : ProjectTowerFeatures(distinct);
        var byKey = distinct.Zip(features).ToDictionary(p => p.First.Key, p => p.Second, StringComparer.Ordinal);
        return [.. media.Select(m => byKey[m.Key])];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _towerFeatures.Values)
        {
            tensor.Dispose();
        }

        _towerFeatures.Clear();
        _frames.Clear();
    }

    private List<VisionFeatures> EncodeFrames(MediaSet[] media)
    {
        var frames = media.Select(TakeFrames).ToArray();
        return Split(_model.EncodePixels(Pixels([.. frames.SelectMany(f => f)])), [.. frames.Select(f => f.Length)]);
    }

    private List<VisionFeatures> ProjectTowerFeatures(MediaSet[] media)
    {
        var tower = media.Select(TowerFeatures).ToArray();
        return Split(_model.Projector.Forward(Tensor.Cat(tower)), [.. tower.Select(t => (int)t.Size(0))]);
    }

    /// <summary>A frozen tower's features of one medium, kept as far as there is room for them.</summary>
    private Tensor TowerFeatures(MediaSet media)
    {
        if (_towerFeatures.TryGetValue(media.Key, out var known))
        {
            return known;
        }

        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        var features = _model.VisualEncoder.Features(Pixels(TakeFrames(media)), keptRatio: _model.TokenKeptRatio);
        var bytes = features.Numel * features.DType.Size();
        if (_featureBytes + bytes > _featureBudget)
        {
            return features.MoveToOuterScope();
        }

        _featureBytes += bytes;
        Forget(media);
        return _towerFeatures[media.Key] = features.DetachFromScope();
    }

    /// <summary>Features [frames, tokens, D] of several media, shared out.</summary>
    private static List<VisionFeatures> Split(Tensor features, int[] frames)
    {
        var (result, start) = (new List<VisionFeatures>(), 0);
        foreach (var count in frames)
        {
            var own = features.Narrow(0, start, count).Reshape(-1, features.Size(2));
            result.Add(new VisionFeatures(own, [.. Enumerable.Repeat((int)features.Size(1), count)]));
            start += count;
        }

        return result;
    }

    private Tensor Pixels(IReadOnlyList<RgbImage> prepared)
    {
        var values = _processor.Stack(prepared);
        return Tensor.From<float>(values.Data, [.. values.Shape.Select(s => (long)s)]).To(_model.Language.Device, _model.VisualEncoder.DType);
    }

    private RgbImage[] TakeFrames(MediaSet media)
    {
        var frames = Start(media).Value.GetAwaiter().GetResult();
        if (Interlocked.Read(ref _cachedBytes) > _budget)
        {
            Forget(media);
        }

        return frames;
    }

    private void Forget(MediaSet media)
    {
        if (_frames.TryRemove(media.Key, out var lazy))
        {
            Interlocked.Add(ref _cachedBytes, -lazy.Value.GetAwaiter().GetResult().Sum(f => (long)f.Pixels.Length));
        }
    }

    private Lazy<Task<RgbImage[]>> Start(MediaSet media) => _frames.GetOrAdd(media.Key, _ => new Lazy<Task<RgbImage[]>>(async () =>
    {
        await _workers.WaitAsync().ConfigureAwait(false);
        try
        {
            return await Task.Run(() =>
            {
                RgbImage[] prepared = [.. _reader.Read(media).Images.Select(_processor.Prepare)];
                Interlocked.Add(ref _cachedBytes, prepared.Sum(f => (long)f.Pixels.Length));
                return prepared;
            }).ConfigureAwait(false);
        }
        finally
        {
            _workers.Release();
        }
    }));
}
