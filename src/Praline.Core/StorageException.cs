namespace Praline;

/// <summary>A file can't be written: the disk is full, the folder read-only. It concerns all that follows, not one item.</summary>
public sealed class StorageException : PralineException
{
    /// <summary>Creates the error with its message and what caused it.</summary>
    public StorageException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
