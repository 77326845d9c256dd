using System.Security.Cryptography;

namespace Praline.Data;

/// <summary>
/// Bytes of media that came as text inside JSON (data: URLs), kept in one temporary file instead of in memory. The file has no name
/// in the folder once the process ends.
/// </summary>
internal sealed class MediaSpool
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _known = new(StringComparer.Ordinal);
    private FileStream? _file;
    private long _length;

    internal static MediaSpool Current { get; } = new();

    /// <summary>Keeps some bytes; the same bytes are kept once.</summary>
    internal EmbeddedMedia Add(ReadOnlySpan<byte> bytes)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        lock (_lock)
        {
            if (_known.TryGetValue(hash, out var known))
            {
                return known;
            }

            var path = Path.Combine(Path.GetTempPath(), $"praline-media-{Environment.ProcessId}-{Guid.NewGuid():N}");
            try
            {
                _file ??= new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
                RandomAccess.Write(_file.SafeFileHandle, bytes, _length);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw AtomicFile.CannotWrite(_file?.Name ?? path, error);
            }

            var entry = new Entry(this, _length, bytes.Length, hash);
            _length += bytes.Length;
            return _known[hash] = entry;
        }
    }

    private sealed class Entry(MediaSpool spool, long offset, int length, string hash) : EmbeddedMedia
    {
        public override long Length => length;

        public override string ContentHash => hash;

        public override byte[] Read()
        {
            var bytes = new byte[length];
            for (var read = 0; read < length;)
            {
                var more = RandomAccess.Read(spool._file!.SafeFileHandle, bytes.AsSpan(read), offset + read);
                read += more > 0 ? more : throw new PralineException("The temporary file of embedded media was cut off: start the command again.");
            }

            return bytes;
        }
    }
}
