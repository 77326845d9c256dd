namespace Praline.Preferences;

/// <summary>
/// Finds how many requests an endpoint bears at once. Begins low, doubles while hardly any request is refused, then goes on in small steps; falls
/// by a third when more than a quarter of a round is refused. A few refusals by chance change nothing.
/// </summary>
public sealed class AdaptiveConcurrency
{
    private const double TooMany = 0.25, Few = 0.1;

    private readonly Lock _lock = new();
    private readonly Queue<TaskCompletionSource> _waiting = new();
    private readonly int _ceiling;
    private int _inUse, _finished, _refused;
    private bool _doubling = true;

    /// <summary>Creates the gate.</summary>
    /// <param name="ceiling">The most requests at once.</param>
    /// <param name="start">How many at first.</param>
    public AdaptiveConcurrency(int ceiling, int start = 16)
    {
        _ceiling = ceiling;
        Limit = Math.Min(ceiling, start);
    }

    /// <summary>How many requests may be under way now.</summary>
    public int Limit { get; private set; }

    /// <summary>Waits until one more request may go out.</summary>
    public async Task EnterAsync(CancellationToken cancellation)
    {
        TaskCompletionSource waiter;
        lock (_lock)
        {
            if (_inUse < Limit)
            {
                _inUse++;
                return;
            }

            waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(waiter);
        }

        await using var registration = cancellation.Register(() => waiter.TrySetCanceled(cancellation)).ConfigureAwait(false);
        await waiter.Task.ConfigureAwait(false);
    }

    /// <summary>A request ended.</summary>
    /// <param name="refused">Whether the endpoint was asked too much: 429, 503, no answer in time.</param>
    public void Leave(bool refused)
    {
        lock (_lock)
        {
            _inUse--;
            _finished++;
            _refused += refused ? 1 : 0;
            if (_finished >= Limit)
            {
                Adapt((double)_refused / _finished);
                (_finished, _refused) = (0, 0);
            }

            while (_inUse < Limit && _waiting.TryDequeue(out var next))
            {
                if (next.TrySetResult())
                {
                    _inUse++;
                }
            }
        }
    }

    private void Adapt(double refused)
    {
        if (refused > TooMany)
        {
            _doubling = false;
            Limit = Math.Max(1, Limit * 2 / 3);
        }
        else if (refused < Few)
        {
            Limit = Math.Min(_ceiling, Limit + (_doubling ? Limit : Math.Max(1, Limit / 8)));
        }
    }
}
