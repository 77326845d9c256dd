using System.Collections.Concurrent;

namespace Praline.Preferences;

/// <summary>A chat model that asks only what was never answered: answers come from a store, and what is asked twice at once is asked once.</summary>
public sealed class StoredChatModel(IChatModel model, JudgeStore store) : IChatModel
{
    private readonly ConcurrentDictionary<string, Lazy<Task<ChatAnswer>>> _underWay = new();
    private long _reused;

    /// <inheritdoc/>
    public string Name => model.Name;

    /// <summary>How many answers came from the store.</summary>
    public long Reused => Interlocked.Read(ref _reused);

    /// <inheritdoc/>
    public async Task<ChatAnswer> AskAsync(ChatRequest request, CancellationToken cancellation, Action<ChatAnswer>? received = null)
    {
        var key = request.KeyFor(model.Name);
        if (store.Find(key) is { } stored)
        {
            Interlocked.Increment(ref _reused);
            received?.Invoke(stored);
            return stored;
        }

        var asked = _underWay.GetOrAdd(key, k => new Lazy<Task<ChatAnswer>>(() => Ask(k, request, cancellation)));
        try
        {
            var answer = await asked.Value.ConfigureAwait(false);
            received?.Invoke(answer);
            return answer;
        }
        finally
        {
            _underWay.TryRemove(new KeyValuePair<string, Lazy<Task<ChatAnswer>>>(key, asked));
        }
    }

    private async Task<ChatAnswer> Ask(string key, ChatRequest request, CancellationToken cancellation)
    {
        // Between the look-up and here another question's answer may have come.
        if (store.Find(key) is { } stored)
        {
            Interlocked.Increment(ref _reused);
            return stored;
        }

        return await model.AskAsync(
            request, cancellation, answer => store.Add(key, model.Name, request.Describe(model.Name), answer)).ConfigureAwait(false);
    }
}
