namespace Praline.Media;

/// <summary>
/// A file that can't be used as video or image. The message says which file, what was expected, what was found and what to do;
/// commands print it alone, without a stack trace.
/// </summary>
public sealed class MediaException : PralineException
{
    /// <summary>Creates the error from its four parts.</summary>
    /// <param name="file">The file's path, or what stands for it.</param>
    /// <param name="expected">What was expected of it.</param>
    /// <param name="found">What was found instead.</param>
    /// <param name="remedy">What the user can do, as a sentence.</param>
    /// <param name="inner">What caused it, if an exception did.</param>
    public MediaException(string file, string expected, string found, string remedy, Exception? inner = null)
        : base($"{file}: expected {expected}, found {found}. {remedy}", inner)
    {
        File = file;
        Found = found;
    }

    /// <summary>The file's path, or what stands for it.</summary>
    public string File { get; }

    /// <summary>What was found, without the rest of the message: short enough for a list of rejected files.</summary>
    public string Found { get; }
}
