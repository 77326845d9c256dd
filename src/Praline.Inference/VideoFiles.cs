using System.Security.Cryptography;

namespace Praline.Inference;

/// <summary>
/// Videos that came as bytes, as files that decoders can seek in: in a private temporary folder, by content, so that a video that is asked about again is written once.
/// The oldest that nobody uses go when there are too many; all go in the end.
/// </summary>
/// <param name="budget">Bytes to keep.</param>
public sealed class VideoFiles(long budget) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Kept> _files = []; // most recently used first
    private string? _folder;

    /// <summary>The file of a video; it stays as long as the lease is held, at least.</summary>
    public (string Path, IDisposable Lease) Put(byte[] bytes)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(bytes));
        lock (_lock)
        {
            _folder ??= Directory.CreateTempSubdirectory("praline-serve-").FullName;
            var path = Path.Combine(_folder, name);
            var kept = _files.FirstOrDefault(file => file.Path == path);
            if (kept is null)
            {
                AtomicFile.Write(path, stream => stream.Write(bytes));
                kept = new Kept(path, bytes.Length);
            }
            else
            {
                _files.Remove(kept);
            }

            _files.AddFirst(kept);
            kept.Holders++;
            return (path, new Lease(() => Release(kept)));
        }
    }

    /// <summary>Deletes all of them.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_folder is not null)
            {
                Directory.Delete(_folder, recursive: true);
                _folder = null;
                _files.Clear();
            }
        }
    }

    private void Release(Kept kept)
    {
        lock (_lock)
        {
            kept.Holders--;
            for (var (node, bytes) = (_files.Last, _files.Sum(file => file.Bytes)); node is not null && bytes > budget;)
            {
                var before = node.Previous;
                if (node.Value.Holders == 0)
                {
                    bytes -= node.Value.Bytes;
                    File.Delete(node.Value.Path);
                    _files.Remove(node);
                }

                node = before;
            }
        }
    }

    private sealed class Kept(string path, long bytes)
    {
        internal string Path => path;

        internal long Bytes => bytes;

        internal int Holders { get; set; }
    }

    private sealed class Lease(Action release) : IDisposable
    {
        private int _released;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _released, 1) == 0)
            {
                release();
            }
        }
    }
}
