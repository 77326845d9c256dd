namespace Praline.Preferences;

/// <summary>A request that got no answer.</summary>
public sealed class ChatException : PralineException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">Why there is no answer.</param>
    /// <param name="transient">Whether asking another time may help.</param>
    public ChatException(string message, bool transient)
        : base(message) => Transient = transient;

    /// <summary>Whether asking another time may help.</summary>
    public bool Transient { get; }
}
