namespace Praline.Preferences;

/// <summary>Holds a sum (requests, tokens) under a limit in every stretch of a minute, by a clock that never jumps.</summary>
public sealed class RateWindow
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly LinkedList<Entry> _entries = new();
    private readonly double _limit;
    private readonly TimeProvider _time;
    private double _sum;

    /// <summary>Creates the window.</summary>
    /// <param name="perMinute">The limit.</param>
    /// <param name="time">The clock.</param>
    public RateWindow(double perMinute, TimeProvider? time = null)
    {
        _limit = perMinute;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Waits until <paramref name="cost"/> more fits, and takes it. A cost above the limit waits for an empty window.</summary>
    /// <returns>What was taken, to be corrected when the true cost is known.</returns>
    public async Task<Entry> TakeAsync(double cost, CancellationToken cancellation)
    {
        while (true)
        {
            TimeSpan wait;
            lock (_lock)
            {
                var now = _time.GetTimestamp();
                while (_entries.First is { } oldest && _time.GetElapsedTime(oldest.Value.At, now) >= Window)
                {
                    _sum -= oldest.Value.Cost;
                    oldest.Value.IsGone = true;
                    _entries.RemoveFirst();
                }

                if (_sum + cost <= _limit || _entries.Count == 0)
                {
                    var entry = new Entry { At = now, Cost = cost };
                    _entries.AddLast(entry);
                    _sum += cost;
                    return entry;
                }

                wait = Window - _time.GetElapsedTime(_entries.First!.Value.At, now);
            }

            await Task.Delay(wait, _time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Puts the true cost in the place of the estimate.</summary>
    public void Correct(Entry entry, double cost)
    {
        lock (_lock)
        {
            if (!entry.IsGone)
            {
                _sum += cost - entry.Cost;
                entry.Cost = cost;
            }
        }
    }

    /// <summary>A cost at its time.</summary>
    public sealed class Entry
    {
        internal long At { get; init; }

        internal double Cost { get; set; }

        internal bool IsGone { get; set; }
    }
}
