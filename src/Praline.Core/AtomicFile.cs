using System.Text;

namespace Praline;

/// <summary>
/// Writes whole files so that a reader sees the old content or the new, never a part: a temporary file in the same folder, flushed to
/// the disk, then renamed.
/// </summary>
public static class AtomicFile
{
    /// <summary>Writes <paramref name="path"/> with what <paramref name="write"/> puts into the stream. Creates the folder.</summary>
    /// <exception cref="StorageException">The folder can't be written or the disk is full; the old file is as it was.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        // Two processes that write the same file must not share a temporary one.
        var temporary = $"{path}.{Environment.ProcessId}.{Environment.CurrentManagedThreadId}.tmp";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            TryDelete(temporary);
            throw CannotWrite(path, e);
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }
    }

    /// <summary>The same for text, in UTF-8 without a byte-order mark.</summary>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Deletes what killed processes left of their attempts to write this file.</summary>
    public static void DeleteLeftOvers(string path)
    {
        var (folder, name) = (Path.GetDirectoryName(Path.GetFullPath(path))!, Path.GetFileName(path));
        foreach (var file in Directory.Exists(folder) ? Directory.GetFiles(folder, name + ".*.tmp") : [])
        {
            if (Path.GetFileName(file)[(name.Length + 1)..].Split('.') is [var process, var thread, _]
                && int.TryParse(process, out var id) && int.TryParse(thread, out var _) && !Directory.Exists($"/proc/{id}"))
            {
                TryDelete(file);
            }
        }
    }

    /// <summary>Deletes a file if it is there.</summary>
    /// <exception cref="StorageException">It is there and can't be deleted.</exception>
    public static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // No folder, no file: as wished.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(path, e);
        }
    }

    /// <summary>The error for a path that can't be written: what the system said, and what to do.</summary>
    public static StorageException CannotWrite(string path, Exception cause)
    {
        const int noSpace = 28, quota = 122;
        var remedy = cause switch
        {
            // .NET tells "file too large" (a limit on file size) as an argument out of range.
            ArgumentOutOfRangeException => "The disk, the quota or the limit on file size (ulimit -f) is full: free some space or raise it",
            IOException io when (io.HResult & 0xFFFF) is noSpace or quota => "The disk (or the quota) is full: free some space",
            UnauthorizedAccessException => "The folder can't be written: check its permissions, or choose another output folder",
            _ => "Check the folder and the disk",
        };
        return new StorageException(
            $"Can't write {path}: {cause.Message} {remedy}, then start the same command again; what was finished is kept.", cause);
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The first error is the one to tell; the next start deletes a temporary file that stays.
        }
    }
}
