using Praline.Models.Multimodal;
using Praline.Torch;

namespace Praline.Inference;

/// <summary>What the model sees of media: computed once, kept while somebody holds it and, as far as the budget goes, for the next request about the same.</summary>
/// <param name="model">The model.</param>
/// <param name="compute">Does something on the model's thread.</param>
/// <param name="cache">Features on disk; null without.</param>
/// <param name="budget">Bytes to keep that nobody holds.</param>
internal sealed class VisionStore(VisionLanguageModel model, Func<Func<VisionFeatures>, Task<VisionFeatures>> compute, VisionCache? cache, long budget) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Entry> _entries = []; // most recently used first

    // Decoded frames are large: only so many media are in memory between file and model at one time.
    private readonly SemaphoreSlim _decoding = new(Math.Max(2, Environment.ProcessorCount));
    private readonly CachedVision? _keys = cache is null ? null : new CachedVision(model, cache);

    /// <summary>Media that had to be encoded.</summary>
    internal long Encoded { get; private set; }

    /// <summary>A medium as the model sees it; whoever asks disposes it.</summary>
    /// <param name="media">The medium.</param>
    /// <param name="adapter">The adapter that changes what the model sees; null for none.</param>
    /// <param name="select">Puts that adapter on, on the model's thread.</param>
    /// <param name="cancellation">Ends the wait.</param>
    internal async Task<EncodedMedia> GetAsync(MediaInput media, string? adapter, Action select, CancellationToken cancellation)
    {
        var content = await Task.Run(media.Open, cancellation).ConfigureAwait(false);
        var key = $"{media.Kind} {content.Key} {adapter}";
        Entry entry;
        lock (_lock)
        {
            var node = _entries.First;
            while (node is not null && node.Value.Key != key)
            {
                node = node.Next;
            }

            if (node is null)
            {
                node = new LinkedListNode<Entry>(new Entry(key, Task.Run(() => EncodeAsync(media, content, adapter, select), CancellationToken.None)));
            }
            else
            {
                _entries.Remove(node);
            }

            _entries.AddFirst(node);
            entry = node.Value;
            entry.Holders++;
        }

        try
        {
            var features = await entry.Features.WaitAsync(cancellation).ConfigureAwait(false);
            lock (_lock)
            {
                Trim();
            }

            return new EncodedMedia(media, content, features, MediaContent.NumberOf(key), () => Release(entry));
        }
        catch
        {
            Release(entry);
            throw;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var entry in _entries)
            {
                entry.Free();
            }

            _entries.Clear();
        }
    }

    private async Task<VisionFeatures> EncodeAsync(MediaInput media, MediaContent content, string? adapter, Action select)
    {
        VisionCacheKey? key = null;
        if (_keys is not null && content.Path is { } path && adapter is null)
        {
            key = _keys.KeyOf(path, content.Frames, media.Kind, content.SecondsPerFrame);
            VisionFeatures? known;
            using (new TensorScope())
            {
                known = cache!.TryGet(key)?.DetachFromScope();
            }

            if (known is not null)
            {
                return await compute(() => There(known)).ConfigureAwait(false);
            }
        }

        await _decoding.WaitAsync().ConfigureAwait(false);
        try
        {
            var frames = content.Decode();
            return await compute(() =>
            {
                using var scope = new TensorScope();
                select();
                var features = model.Encode(frames, media.Kind, content.SecondsPerFrame);
                Encoded++;
                if (key is not null)
                {
                    cache!.Put(key, features);
                }

                return features.DetachFromScope();
            }).ConfigureAwait(false);
        }
        finally
        {
            _decoding.Release();
        }
    }

    private VisionFeatures There(VisionFeatures features)
    {
        if (features.Tokens.Device == model.Language.Device)
        {
            return features;
        }

        using (features)
        {
            using var scope = new TensorScope();
            return (features with { Tokens = features.Tokens.To(model.Language.Device) }).DetachFromScope();
        }
    }

    private void Release(Entry entry)
    {
        lock (_lock)
        {
            entry.Holders--;
            if (entry.Features.IsFaulted || entry.Features.IsCanceled)
            {
                _entries.Remove(entry);
            }
            else
            {
                Trim();
            }
        }
    }

    private void Trim()
    {
        var free = _entries.Where(e => e.Features.IsCompletedSuccessfully && e.Holders == 0).ToList(); // most recently used first
        var bytes = free.Sum(e => e.Bytes);
        for (var i = free.Count - 1; i >= 0 && bytes > budget; i--)
        {
            bytes -= free[i].Bytes;
            _entries.Remove(free[i]);
            free[i].Free();
        }
    }

    private sealed class Entry(string key, Task<VisionFeatures> features)
    {
        internal string Key => key;

        internal Task<VisionFeatures> Features => features;

        internal int Holders { get; set; }

        internal long Bytes => features.Result.Tokens.Numel * features.Result.Tokens.DType.Size();

        internal void Free()
        {
            if (features.IsCompletedSuccessfully)
            {
                features.Result.Dispose();
            }
        }
    }
}

/// <summary>A medium as the model sees it, held until it is disposed.</summary>
public sealed class EncodedMedia : IDisposable
{
    private readonly Action _release;
    private int _released;

    internal EncodedMedia(MediaInput media, MediaContent content, VisionFeatures features, ulong number, Action release) =>
        (Media, Content, Features, Number, _release) = (media, content, features, number, release);

    /// <summary>The medium.</summary>
    public MediaInput Media { get; }

    /// <summary>What it is.</summary>
    public MediaContent Content { get; }

    internal VisionFeatures Features { get; }

    internal ulong Number { get; }

    /// <summary>Lets go of it.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            _release();
        }
    }
}
