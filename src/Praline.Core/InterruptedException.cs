namespace Praline;

/// <summary>Work that was stopped by the user or the system in good order: the message says what is kept and how to resume.</summary>
public sealed class InterruptedException : OperationCanceledException
{
    /// <summary>Creates the error with its message and what was cancelled.</summary>
    public InterruptedException(string message, CancellationToken cancellation)
        : base(message, cancellation)
    {
    }
}
