using Praline.Data;
using System.Collections.Concurrent;
using Praline.Media;
using Praline.Models.Multimodal;
using Praline.Torch;
using Praline.Torch.Distributed;

namespace Praline.Training.Data;

/// <summary>
/// A frozen tower and projector: every medium's tokens are computed once, before the first step, while another thread reads the next
/// media. They are kept in memory up to a budget, and on disk where a cache is given, which other runs and stages share.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="reader">Reads media.</param>
/// <param name="cache">Where features are kept on disk; null for memory only.</param>
/// <param name="memoryBytes">Features in memory, at most; what is beyond is read from the cache when it is needed.</param>
/// <param name="world">The ranks that compute features together, each a share; null for this process alone.</param>
/// <param name="ahead">Where there are more media than this, each one's features are computed when a step first needs them, not before the first step.</param>
public sealed class FrozenVision(VisionLanguageModel model, MediaReader reader, VisionCache? cache = null, long memoryBytes = 4L << 30, World? world = null,
    int ahead = int.MaxValue)
    : IVisionSource
{
    private const int ReadAhead = 4, DecodedAhead = 64;
    private readonly Dictionary<string, Task<(IReadOnlyList<RgbImage> Images, double SecondsPerFrame)>> _decoding = new(StringComparer.Ordinal);
    private bool _whenNeeded;
    private readonly Dictionary<string, VisionFeatures> _inMemory = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<int>> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, VisionCacheKey> _keys = new(StringComparer.Ordinal);
    private readonly CachedVision? _naming = cache is null ? null : new CachedVision(model, cache);
    private readonly World _world = world ?? World.Single;
    private long _bytes;

    /// <inheritdoc/>
    public long MemoryBytes => _bytes;

    /// <inheritdoc/>
    /// <exception cref="PralineException">The features need more memory than they may have.</exception>
    public IReadOnlyDictionary<string, string> Prepare(IReadOnlyList<MediaSet> media, Action<int, int>? report, CancellationToken cancellation)
    {
        var wanted = media.DistinctBy(m => m.Key).Where(m => !_counts.ContainsKey(m.Key)).ToArray();
        if (wanted.Length > ahead)
        {
            _whenNeeded = true;
            return VisionSources.Measured(wanted, m => _counts[m.Key] = model.CountTokens(reader.Sizes(m), KindOf(m)), report, cancellation);
        }

        if (_world.Size == 1)
        {
            return Compute(wanted, report, cancellation);
        }

        var own = Compute([.. wanted.Where((_, i) => _world.Owns(i))], report, cancellation);
        var problems = _world.Gather(own).SelectMany(p => p).ToDictionary(StringComparer.Ordinal);
        if (cache is not null)
        {
            _world.Barrier();
            Compute([.. wanted.Where((m, i) => !_world.Owns(i) && !problems.ContainsKey(m.Key))], null, cancellation); // the others have written them
            return problems;
        }

        foreach (var (number, one) in wanted.Index().Where(m => !problems.ContainsKey(m.Item.Key)))
        {
            Exchange(one, number % _world.Size);
        }

        return problems;
    }

    private Dictionary<string, string> Compute(MediaSet[] wanted, Action<int, int>? report, CancellationToken cancellation)
    {
        var problems = new Dictionary<string, string>(StringComparer.Ordinal);
        using var queue = new BlockingCollection<Work>(ReadAhead);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var producer = Task.Run(() => Produce(wanted, queue, stop.Token), CancellationToken.None);
        try
        {
            var done = 0;
            foreach (var work in queue.GetConsumingEnumerable(cancellation))
            {
                if (work.Error is not null)
                {
                    problems[work.Media.Key] = work.Error.Message;
                }
                else
                {
                    using var scope = new TensorScope();
                    Keep(work);
                }

                report?.Invoke(++done, wanted.Length);
            }
        }
        finally
        {
            stop.Cancel();
            producer.Wait(CancellationToken.None);
        }

        return problems;
    }

    /// <inheritdoc/>
    public IReadOnlyList<int> Counts(MediaSet media) => _counts[media.Key];

    /// <inheritdoc/>
    public void Prefetch(IEnumerable<MediaSet> media)
    {
        // Everything is in memory or mapped from the cache's files, unless features are computed when they are needed.
        foreach (var one in _whenNeeded && _naming is null ? media.Where(m => !_inMemory.ContainsKey(m.Key) && !_decoding.ContainsKey(m.Key)) : [])
        {
            if (_decoding.Count >= DecodedAhead)
            {
                break;
            }

            _decoding[one.Key] = Task.Run(() => reader.Read(one));
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<VisionFeatures> Features(IReadOnlyList<MediaSet> media)
    {
        var found = media.DistinctBy(m => m.Key).ToDictionary(m => m.Key, Find, StringComparer.Ordinal);
        return [.. media.Select(m => found[m.Key])];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var features in _inMemory.Values)
        {
            features.Dispose();
        }

        _inMemory.Clear();
    }

    private static MediaKind KindOf(MediaSet media) => media.IsVideo ? MediaKind.Video : MediaKind.Images;

    private VisionFeatures Find(MediaSet media)
    {
        if (_inMemory.TryGetValue(media.Key, out var features))
        {
            return features;
        }

        if (_naming is not null && media.Items.Count == 1)
        {
            // An entry that was evicted or damaged meanwhile is computed again.
            var key = _keys.GetValueOrDefault(media.Key) ?? (_keys[media.Key] = KeyOf(media).Key);
            features = cache!.GetOrCompute(key, () => Encode(media));
        }
        else
        {
            features = Encode(media);
        }

        return TryKeep(media, features) ?? (features.Tokens.Device == model.Language.Device ? features : features with { Tokens = features.Tokens.To(model.Language.Device) });
    }

    /// <summary>Gives all ranks the features of a medium that one of them has computed.</summary>
    private void Exchange(MediaSet media, int owner)
    {
        using var scope = new TensorScope();
        var own = _world.Rank == owner ? _inMemory[media.Key] : null;
        var described = _world.Gather(own is null ? null : new Described([.. own.Counts], [.. own.Grids], own.Kind, own.Tokens.Shape, own.Tokens.DType))[owner]!;
        var tokens = own?.Tokens ?? Tensor.Zeros(described.Shape, described.Type, model.Language.Device);
        _world.Broadcast(tokens, owner);
        if (own is null)
        {
            Keep(media, new VisionFeatures(tokens, described.Counts, described.Grids, described.Kind), null);
        }
    }

    private void Keep(Work work)
    {
        var features = work.Images is null ? cache!.TryGet(work.Key!) ?? Encode(work.Media) : model.Encode(work.Images, KindOf(work.Media), work.SecondsPerFrame);
        if (work.Key is { } key)
        {
            _keys[work.Media.Key] = key;
            if (work.Images is not null)
            {
                cache!.Put(key, features);
            }
        }

        Keep(work.Media, features, work.Key);
    }

    private void Keep(MediaSet media, VisionFeatures features, VisionCacheKey? key)
    {
        _counts[media.Key] = features.Counts;
        if (TryKeep(media, features) is null && key is null)
        {
            throw new PralineException(
                $"The vision features need more than the {memoryBytes >> 20} MiB they may have in memory: set vision_cache to a folder on a disk with space, raise feature_memory_bytes, or lower media_ahead to compute them when they are needed.");
        }
    }

    /// <summary>Keeps features in memory, as far as there is room; null where there is none.</summary>
    private VisionFeatures? TryKeep(MediaSet media, VisionFeatures features)
    {
        var bytes = features.Tokens.Numel * features.Tokens.DType.Size();
        if (_bytes + bytes > memoryBytes)
        {
            return null;
        }

        _bytes += bytes;
        var tokens = features.Tokens.To(model.Language.Device).Clone(); // a memory of its own, not a mapped file
        return _inMemory[media.Key] = (features with { Tokens = tokens }).DetachFromScope();
    }

    private void Produce(MediaSet[] wanted, BlockingCollection<Work> queue, CancellationToken stop)
    {
        try
        {
            foreach (var media in wanted)
            {
                Work work;
                try
                {
                    work = Read(media);
                }
                catch (PralineException error)
                {
                    work = new Work(media, null, null, 0, error);
                }

                queue.Add(work, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The consumer has stopped.
        }
        finally
        {
            queue.CompleteAdding();
        }
    }

    /// <summary>The decoded frames, or none when the cache has their features.</summary>
    private Work Read(MediaSet media)
    {
        if (_naming is null || media.Items.Count > 1)
        {
            var (images, seconds) = reader.Read(media);
            return new Work(media, null, images, seconds, null);
        }

        var (key, secondsPerFrame) = KeyOf(media);
        using var scope = new TensorScope();
        return new Work(media, key, cache!.TryGet(key) is null ? reader.Read(media).Images : null, secondsPerFrame, null);
    }

    private (VisionCacheKey Key, double SecondsPerFrame) KeyOf(MediaSet media)
    {
        var (frames, secondsPerFrame) = reader.FramesOf(media);
        return (media.Items[0] is { Embedded: { } bytes }
            ? _naming!.KeyOfContent(bytes.ContentHash, frames, KindOf(media), secondsPerFrame)
            : _naming!.KeyOf(media.Items[0].Path!, frames, KindOf(media), secondsPerFrame), secondsPerFrame);
    }

    private VisionFeatures Encode(MediaSet media)
    {
        var (images, seconds) = _decoding.Remove(media.Key, out var decoding) ? decoding.GetAwaiter().GetResult() : reader.Read(media);
        return model.Encode(images, KindOf(media), seconds);
    }

    private sealed record Described(int[] Counts, VisionGrid[] Grids, MediaKind Kind, long[] Shape, DType Type);

    private sealed record Work(MediaSet Media, VisionCacheKey? Key, IReadOnlyList<RgbImage>? Images, double SecondsPerFrame, PralineException? Error);
}
