namespace Praline.Preferences;

/// <summary>A model that answers messages: an endpoint, a local checkpoint, or either behind a store of answers.</summary>
public interface IChatModel
{
    /// <summary>The model's name, as answers are stored under.</summary>
    string Name { get; }

    /// <summary>Asks once. Safe to call from several threads; how many are under way at once is the model's concern.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="cancellation">Ends waits at once; a request that is out may take a few seconds more, for it is paid for.</param>
    /// <param name="received">Called with the answer as soon as it is there, before another request goes out in its place.</param>
    /// <exception cref="ChatException">This request got no answer; others may.</exception>
    /// <exception cref="StopStageException">No request will get an answer: the key expired, the model is not there.</exception>
    Task<ChatAnswer> AskAsync(ChatRequest request, CancellationToken cancellation, Action<ChatAnswer>? received = null);
}
