namespace Praline.Preferences;

/// <summary>
/// Writes whole files so that a reader sees the old content or the new, never a part: a temporary file in the same folder, flushed to
/// the disk, then renamed.
/// </summary>
public static class AtomicFile
{
    /// <summary>Writes <paramref name="path"/> with what <paramref name="write"/> puts into the stream. Creates the folder.</summary>
    /// <exception cref="PralineException">The folder can't be written or the disk is full; the old file is as it was.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        var temporary = path + ".tmp";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
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
    public static void Write(string path, string text) =>
        Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    /// <summary>Deletes a file if it is there.</summary>
    /// <exception cref="PralineException">It is there and can't be deleted.</exception>
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
    public static PralineException CannotWrite(string path, Exception cause)
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
        return new StopStageException(
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
            // The first error is the one to tell; a temporary file that stays is overwritten by the next start.
        }
    }
}
