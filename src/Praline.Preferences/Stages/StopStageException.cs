namespace Praline.Preferences;

/// <summary>
/// An error that concerns not one item but all that follow (an expired key, a full disk): the stage stops at once, keeps what is finished, and
/// the next start goes on from there.
/// </summary>
public sealed class StopStageException : PralineException
{
    /// <summary>Creates the error with its message.</summary>
    public StopStageException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the error with its message and what caused it.</summary>
    public StopStageException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
