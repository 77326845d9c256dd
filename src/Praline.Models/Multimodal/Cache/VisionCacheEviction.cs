namespace Praline.Models.Multimodal;

/// <summary>Keeps the cache's folder below its limit: when it is exceeded, the entries that were not used for longest go.</summary>
internal sealed class VisionCacheEviction(VisionCacheOptions options)
{
    internal const string Extension = ".safetensors";

    /// <summary>Room is made down to this share, so that not every new entry has to make room for itself.</summary>
    private const double Target = 0.9;

    /// <summary>Temporary files older than this were left by a process that is gone.</summary>
    private static readonly TimeSpan Abandoned = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private long? _size;

    /// <summary>Notes when an entry was used last: its modification time, which nothing else needs.</summary>
    internal static void MarkUsed(string path)
    {
        try
        {
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A cache that can only be read is still a cache: its entries' age then stays what it was.
        }
    }

    /// <summary>Counts a new entry and makes room when there is too much.</summary>
    internal void Added(long bytes)
    {
        lock (_lock)
        {
            _size = _size is { } known ? known + bytes : Entries().Sum(entry => entry.Length);
            if (_size > options.MaxBytes)
            {
                _size = MakeRoom();
            }
        }
    }

    private long MakeRoom()
    {
        var entries = Entries().OrderByDescending(entry => entry.LastWriteTimeUtc).ThenBy(entry => entry.Name, StringComparer.Ordinal).ToArray();
        long kept = 0;
        var full = false;
        for (var i = 0; i < entries.Length; i++)
        {
            // The newest entry is the one that was just asked for: it stays.
            full |= i > 0 && kept + entries[i].Length > options.MaxBytes * Target;
            if (full)
            {
                Delete(entries[i]);
            }
            else
            {
                kept += entries[i].Length;
            }
        }

        foreach (var leftover in Files("*.tmp").Where(file => DateTime.UtcNow - file.LastWriteTimeUtc > Abandoned))
        {
            Delete(leftover);
        }

        return kept;
    }

    private IEnumerable<FileInfo> Entries() => Files("*" + Extension);

    private IEnumerable<FileInfo> Files(string pattern)
    {
        var anywhere = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        return new DirectoryInfo(options.Folder).EnumerateFiles(pattern, anywhere).Where(file => file.Exists);
    }

    private void Delete(FileInfo file)
    {
        try
        {
            file.Delete();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            options.Warn($"Vision cache: {file.FullName} can't be deleted to make room: {error.Message}");
        }
    }
}
