namespace Praline.Preferences.Tests;

public class LimitsTests
{
    [Fact]
    public async Task Concurrency_grows_while_nothing_is_refused()
    {
        var gate = new AdaptiveConcurrency(100, start: 4);
        await Round(gate, 200, _ => false);
        Assert.Equal(100, gate.Limit);
    }

    [Fact]
    public async Task Concurrency_falls_when_much_is_refused_and_comes_back()
    {
        var gate = new AdaptiveConcurrency(64, start: 64);
        await Round(gate, 64, i => i % 2 == 0);
        Assert.Equal(42, gate.Limit);
        await Round(gate, 2000, _ => true);
        Assert.Equal(1, gate.Limit);
        await Round(gate, 20, _ => false);
        Assert.InRange(gate.Limit, 5, 20);
    }

    [Fact]
    public async Task Few_refusals_by_chance_change_little()
    {
        var gate = new AdaptiveConcurrency(64, start: 64);
        var random = new Random(3);
        await Round(gate, 5000, _ => random.NextDouble() < 0.08);
        Assert.True(gate.Limit > 50, $"{gate.Limit}");
    }

    [Fact]
    public async Task No_more_enter_than_the_limit()
    {
        var gate = new AdaptiveConcurrency(3, start: 3);
        for (var i = 0; i < 3; i++)
        {
            await gate.EnterAsync(default);
        }

        using var cancel = new CancellationTokenSource();
        var (cancelled, waiting) = (gate.EnterAsync(cancel.Token), gate.EnterAsync(default));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.False(waiting.IsCompleted);
        gate.Leave(refused: false);
        await waiting;
    }

    [Fact]
    public async Task Window_holds_the_sum_of_any_minute()
    {
        var clock = new ManualClock();
        var window = new RateWindow(10, clock);
        var first = await window.TakeAsync(6, default);
        clock.Advance(TimeSpan.FromSeconds(30));
        await window.TakeAsync(4, default);
        var third = window.TakeAsync(5, default);
        Assert.False(third.IsCompleted);

        // A true cost below the estimate makes no room by itself until a waiter looks again; the window's end does.
        window.Correct(first, 1);
        clock.Advance(TimeSpan.FromSeconds(31));
        await third.WaitAsync(TimeSpan.FromSeconds(5));

        var fourth = window.TakeAsync(2, default);
        Assert.False(fourth.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(30));
        await fourth.WaitAsync(TimeSpan.FromSeconds(5));
        var large = window.TakeAsync(50, default);
        clock.Advance(TimeSpan.FromMinutes(2));
        await large.WaitAsync(TimeSpan.FromSeconds(5));
    }

    private static async Task Round(AdaptiveConcurrency gate, int requests, Func<int, bool> refused)
    {
        for (var i = 0; i < requests; i++)
        {
            await gate.EnterAsync(default);
            gate.Leave(refused(i));
        }
    }

    private sealed class ManualClock : TimeProvider
    {
        private readonly List<(long Due, TimerCallback Callback, object? State)> _timers = [];
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan by)
        {
            _now += by.Ticks;
            foreach (var timer in _timers.Where(t => t.Due <= _now).ToList())
            {
                _timers.Remove(timer);
                timer.Callback(timer.State);
            }
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _timers.Add((_now + dueTime.Ticks, callback, state));
            return new Timer(static _ => { }, null, Timeout.Infinite, Timeout.Infinite);
        }
    }
}
