using System.Diagnostics;

namespace Praline.Torch.Distributed;

/// <summary>
/// Signs of life. Every rank writes one twice a second, over a connection of its own, and looks for a verdict; rank 0 reads all of
/// them and gives the verdict when a rank says that it failed, or says nothing. Rank 0 itself is judged by whether its store answers.
/// </summary>
internal sealed class Watch : IDisposable
{
    private const string Verdict = "verdict";
    private readonly LaunchSettings _settings;
    private readonly WorldOptions _options;
    private readonly RankReport[] _ranks;
    private readonly TimeSpan _interval;
    private readonly Thread _thread;
    private readonly CancellationTokenSource _stop = new();
    private readonly (long Beat, long Since)[] _seen;
    private readonly Lock _gate = new();
    private RankReport _own;
    private long _lastReply = Stopwatch.GetTimestamp();
    private volatile string? _verdict;
    private volatile bool _serverGone;
    private long _exchanges;

    internal Watch(LaunchSettings settings, WorldOptions options, RankReport[] ranks)
    {
        (_settings, _options, _ranks, _own) = (settings, options, ranks, ranks[settings.Rank]);
        _interval = TimeSpan.FromSeconds(Math.Min(0.5, options.Timeout.TotalSeconds / 10));
        _seen = [.. ranks.Select(_ => (-1L, Stopwatch.GetTimestamp()))];
        _thread = new Thread(Run) { IsBackground = true, Name = "praline ranks" };
        _thread.Start();
    }

    /// <summary>How long a rank may be silent when an exchange has failed: somebody is gone, the question is only who.</summary>
    private TimeSpan Suspicion => TimeSpan.FromSeconds(Math.Min(_options.Timeout.TotalSeconds, Math.Max(2, 10 * _interval.TotalSeconds)));

    /// <summary>Counts an exchange that begins.</summary>
    internal void Exchanging() => Interlocked.Increment(ref _exchanges);

    /// <summary>Throws when a rank is known to be lost; waits for that knowledge when an exchange has failed.</summary>
    internal void LookAround(string? error)
    {
        if (error is null)
        {
            Judge(_options.Timeout);
            return;
        }

        lock (_gate)
        {
            _own = _own with { Broken = true };
        }

        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < _options.Timeout + Suspicion)
        {
            Judge(Suspicion);
            Thread.Sleep(50);
        }

        throw new PralineException($"An exchange between the ranks failed, and every rank is alive: {error.Split('\n')[0]}");
    }

    /// <summary>Tells the others what this rank stops with.</summary>
    internal void Fail(string message)
    {
        lock (_gate)
        {
            _own = _own with { Error = message };
        }

        // Seen by rank 0 in one of its rounds; as rank 0, by the others in one of theirs.
        var start = Stopwatch.GetTimestamp();
        while (_verdict is null && !_serverGone && Stopwatch.GetElapsedTime(start) < Suspicion)
        {
            Thread.Sleep(20);
        }

        if (_settings.Rank == 0)
        {
            Thread.Sleep((2 * _interval) + TimeSpan.FromSeconds(0.5));
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join(TimeSpan.FromSeconds(1));
    }

    private void Judge(TimeSpan patience)
    {
        if (_verdict is { } verdict)
        {
            throw new PralineException(verdict);
        }

        if (_settings.Rank != 0 && (_serverGone || Stopwatch.GetElapsedTime(Interlocked.Read(ref _lastReply)) > patience))
        {
            throw new PralineException(Lost(_ranks[0], _serverGone ? "it is gone" : Silence(patience)));
        }
    }

    private void Run()
    {
        try
        {
            using var store = new Store(_settings.MasterAddress, _settings.MasterPort, serve: false, _options.Timeout);
            for (long beat = 0; !_stop.IsCancellationRequested; beat++)
            {
                lock (_gate)
                {
                    _own = _own with { Beat = beat, Exchanges = Interlocked.Read(ref _exchanges) };
                }

                store.Set($"beat/{_own.Rank}", _own.ToText());
                Interlocked.Exchange(ref _lastReply, Stopwatch.GetTimestamp());
                if (_own.Rank == 0 && _verdict is null && Examine(store) is { } verdict)
                {
                    store.Set(Verdict, verdict);
                    _verdict = verdict;
                }

                _verdict ??= store.TryGet(Verdict);
                Interlocked.Exchange(ref _lastReply, Stopwatch.GetTimestamp());
                _stop.Token.WaitHandle.WaitOne(_interval);
            }
        }
        catch (TorchException)
        {
            _serverGone = true;
        }
    }

    /// <summary>What rank 0 sees: the verdict, or null while all is well.</summary>
    private string? Examine(Store store)
    {
        RankReport[] reports = [.. _ranks.Select(rank => store.TryGet($"beat/{rank.Rank}") is { } text ? RankReport.Parse(text) : rank)];
        if (reports.FirstOrDefault(report => report.Error is not null) is { } failed)
        {
            return $"{Capital(failed.Describe())} stopped: {failed.Error}";
        }

        var broken = reports.Any(report => report.Broken);
        var patience = broken ? Suspicion : _options.Timeout;
        foreach (var report in reports)
        {
            if (report.Beat != _seen[report.Rank].Beat)
            {
                _seen[report.Rank] = (report.Beat, Stopwatch.GetTimestamp());
            }
            else if (Stopwatch.GetElapsedTime(_seen[report.Rank].Since) > patience)
            {
                return Lost(report, Silence(patience));
            }
        }

        return null;
    }

    private static string Silence(TimeSpan time) =>
        FormattableString.Invariant($"no sign of life for {time.TotalSeconds:0.#} s: it was killed, is frozen, or is cut off");

    private static string Lost(RankReport rank, string how) =>
        $"Lost {rank.Describe()}: {how}. The other ranks stopped. The last checkpoint is whole: the same command goes on from it.";

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
