using System.Collections.Concurrent;
using Praline.Torch;

namespace Praline.Models.Multimodal;

/// <summary>
/// Vision features on disk, by what they depend on: computed once, used by every stage, epoch and method. Entries are written whole or
/// not at all and verified when they are read; a damaged one is told about and computed again. Safe for several threads and
/// processes that share the folder.
/// </summary>
public sealed class VisionCache
{
    private readonly VisionCacheOptions _options;
    private readonly VisionCacheEviction _eviction;
    private readonly ConcurrentDictionary<string, object> _inFlight = new(StringComparer.Ordinal);
    private long _hits;
    private long _misses;
    private long _damaged;
    private long _unwritten;

    /// <summary>Opens the cache in its folder.</summary>
    /// <exception cref="PralineException">The folder can't be made.</exception>
    public VisionCache(VisionCacheOptions options)
    {
        _options = options;
        try
        {
            Directory.CreateDirectory(options.Folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or StorageException)
        {
            throw new PralineException($"The vision cache can't use the folder {options.Folder}: {error.Message} Name another one.", error);
        }

        _eviction = new VisionCacheEviction(options);
        Media = new MediaHashes(Path.Combine(options.Folder, "media"));
    }

    /// <summary>Content hashes of media files, remembered in the cache's folder.</summary>
    public MediaHashes Media { get; }

    /// <summary>Entries that were found.</summary>
    public long Hits => Interlocked.Read(ref _hits);

    /// <summary>Entries that were not there, or damaged.</summary>
    public long Misses => Interlocked.Read(ref _misses);

    /// <summary>Entries that were found damaged.</summary>
    public long Damaged => Interlocked.Read(ref _damaged);

    /// <summary>
    /// The entry, or what <paramref name="compute"/> makes of it, which is stored. In one process, several threads that ask for the
    /// same entry compute it once.
    /// </summary>
    /// <returns>Features on the device of whoever computed them; on the CPU when they come from disk.</returns>
    public VisionFeatures GetOrCompute(VisionCacheKey key, Func<VisionFeatures> compute)
    {
        var name = key.Name;
        var gate = _inFlight.GetOrAdd(name, _ => new object());
        try
        {
            lock (gate)
            {
                if (TryGet(name) is { } known)
                {
                    return known;
                }

                var features = compute();
                Put(name, features);
                return features;
            }
        }
        finally
        {
            _inFlight.TryRemove(new KeyValuePair<string, object>(name, gate));
        }
    }

    /// <summary>The entry, on the CPU and in the current scope, or null.</summary>
    public VisionFeatures? TryGet(VisionCacheKey key) => TryGet(key.Name);

    /// <summary>Stores an entry; what can't be written is told about and left out.</summary>
    public void Put(VisionCacheKey key, VisionFeatures features) => Put(key.Name, features);

    private string PathOf(string name) => Path.Combine(_options.Folder, name[..2], name + VisionCacheEviction.Extension);

    private VisionFeatures? TryGet(string name)
    {
        var path = PathOf(name);
        VisionFeatures? features = null;
        if (File.Exists(path))
        {
            try
            {
                features = VisionCacheEntry.Read(path, name);
                VisionCacheEviction.MarkUsed(path);
            }
            catch (Exception error) when (error is PralineException or IOException or UnauthorizedAccessException)
            {
                Discard(path, error);
            }
        }

        Interlocked.Increment(ref features is null ? ref _misses : ref _hits);
        return features;
    }

    private void Discard(string path, Exception error)
    {
        if (!File.Exists(path))
        {
            return; // another process deleted it in between to make room
        }

        Interlocked.Increment(ref _damaged);
        _options.Warn($"Vision cache: the entry {path} is damaged ({error.Message}); its features are computed again.");
        try
        {
            File.Delete(path);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            _options.Warn($"Vision cache: the damaged entry {path} can't be deleted: {refused.Message}");
        }
    }

    private void Put(string name, VisionFeatures features)
    {
        var bytes = features.Tokens.Numel * features.Tokens.DType.Size();
        if (bytes > _options.MaxBytes)
        {
            _options.Warn($"Vision cache: features of {bytes} bytes are not stored, the whole cache may have {_options.MaxBytes}.");
            return;
        }

        try
        {
            var path = PathOf(name);
            VisionCacheEntry.Write(path, name, features);
            _eviction.Added(new FileInfo(path).Length);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or StorageException)
        {
            // Once is enough: what makes one write fail makes thousands fail.
            if (Interlocked.Increment(ref _unwritten) == 1)
            {
                _options.Warn(
                    $"Vision cache: an entry could not be written to {_options.Folder} ({error.Message}); the work goes on without it, and without telling of further ones.");
            }
        }
    }
}
