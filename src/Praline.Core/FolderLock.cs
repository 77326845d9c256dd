using System.Globalization;

namespace Praline;

/// <summary>
/// A folder that one process at a time writes to. The lock is the system's, on a small file in the folder: it ends with the process,
/// however that ends.
/// </summary>
public sealed class FolderLock : IDisposable
{
    /// <summary>The file in the folder; it stays there.</summary>
    public const string FileName = ".praline.lock";

    /// <summary>Who has the folder, beside it: a locked file can't be read.</summary>
    private const string OwnerName = ".praline.owner";

    private readonly FileStream _file;
    private readonly string _owner;

    private FolderLock(FileStream file, string owner) => (_file, _owner) = (file, owner);

    /// <summary>Takes the folder, which is made if it is not there.</summary>
    /// <exception cref="PralineException">Another process has it: the message says which.</exception>
    /// <exception cref="StorageException">The folder can't be written.</exception>
    public static FolderLock Take(string folder)
    {
        var path = Path.Combine(folder, FileName);
        FileStream file;
        try
        {
            Directory.CreateDirectory(folder);
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException error) when (IsLocked(error))
        {
            throw new PralineException($"{folder} is in use by {Owner(folder)}, which writes there: wait for it to end, or give another output folder.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.CannotWrite(path, error);
        }

        try
        {
            var owner = Path.Combine(folder, OwnerName);
            AtomicFile.WriteText(owner, string.Create(
                CultureInfo.InvariantCulture, $"process {Environment.ProcessId} on {Environment.MachineName} (since {DateTime.UtcNow:u})"));
            return new FolderLock(file, owner);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            File.Delete(_owner);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The lock is what counts; the next owner writes its own name.
        }

        _file.Dispose();
    }

    /// <summary>EWOULDBLOCK: somebody else has the file; everything else is about the disk or the folder.</summary>
    private static bool IsLocked(IOException error) => (error.HResult & 0xFFFF) is 11 or 32 or 33;

    private static string Owner(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, OwnerName)) is { Length: > 0 } owner ? owner : "another process";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }
}
