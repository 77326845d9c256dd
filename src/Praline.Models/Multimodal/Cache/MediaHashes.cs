using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Praline.Models.Multimodal;

/// <summary>
/// Hashes of media files' content. A file whose path, size and modification time are as they were is not read again; that memory
/// lies on disk, one small file for each path.
/// </summary>
/// <param name="folder">Where hashes are remembered.</param>
public sealed class MediaHashes(string folder)
{
    /// <summary>A file that was written just now may be written again within the clock's resolution: such a hash is not remembered.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, (string State, string Hash)> _known = new(StringComparer.Ordinal);
    private long _filesRead;

    /// <summary>Files that had to be read, for tests and statistics.</summary>
    public long FilesRead => Interlocked.Read(ref _filesRead);

    /// <summary>SHA-256 of a file's content: 64 hexadecimal digits.</summary>
    /// <exception cref="PralineException">The file can't be read.</exception>
    public string HashOf(string path)
    {
        var file = new FileInfo(Path.GetFullPath(path));
        if (!file.Exists)
        {
            throw new PralineException($"There is no file {path}.");
        }

        var state = string.Create(CultureInfo.InvariantCulture, $"{file.Length} {file.LastWriteTimeUtc.Ticks}");
        if (_known.TryGetValue(file.FullName, out var known) && known.State == state)
        {
            return known.Hash;
        }

        var note = NoteOf(file.FullName);
        var hash = Remembered(note, state) ?? Read(file);
        if (DateTime.UtcNow - file.LastWriteTimeUtc > Settled)
        {
            _known[file.FullName] = (state, hash);
            Remember(note, state, hash);
        }

        return hash;
    }

    private static string? Remembered(string note, string state)
    {
        try
        {
            return File.Exists(note) && File.ReadAllText(note).Split('\n') is [var known, { Length: 64 } hash, ..] && known == state ? hash : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null; // then the file is read
        }
    }

    private static void Remember(string note, string state, string hash)
    {
        try
        {
            if (Remembered(note, state) is null)
            {
                AtomicFile.WriteText(note, $"{state}\n{hash}\n");
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Nothing is lost but time: the file is read again next time.
        }
    }

    private string NoteOf(string path)
    {
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)).AsSpan(0, 16));
        return Path.Combine(folder, name[..2], name);
    }

    private string Read(FileInfo file)
    {
        try
        {
            using var stream = new FileStream(
                file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 20, FileOptions.SequentialScan);
            Interlocked.Increment(ref _filesRead);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PralineException($"{file.FullName} can't be read: {error.Message}", error);
        }
    }
}
