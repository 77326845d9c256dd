namespace Praline;

/// <summary>
/// A mistake that the user can mend: the message says what was expected, what was found, where (file, line, key or item) and what
/// to do. Commands print the message alone, without a stack trace.
/// </summary>
public class PralineException : Exception
{
    /// <summary>Creates the error with its message.</summary>
    public PralineException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the error with its message and what caused it.</summary>
    public PralineException(string message, Exception? inner)
        : base(message, inner)
    {
    }
}
