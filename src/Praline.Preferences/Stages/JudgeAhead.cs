using System.Threading.Channels;

namespace Praline.Preferences;

/// <summary>
/// Has videos judged while the candidates of later ones are still being written, so that endpoint and captioner work at the same time. Its answers go to the judge's store,
/// where the judge stage finds them; what it doesn't get to, that stage asks. Nothing waits for it: when it falls behind, videos are left to the stage.
/// </summary>
internal sealed class JudgeAhead : IAsyncDisposable
{
    private const int Waiting = 256;

    private readonly Channel<LongGenerationRow> _queue = Channel.CreateBounded<LongGenerationRow>(
        new BoundedChannelOptions(Waiting) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stop;
    private readonly Task[] _workers;
    private PralineException? _stopped;
    private volatile bool _closing;

    /// <summary>Starts to work.</summary>
    /// <param name="caseOf">What the judge is shown of a video; null when it can't be judged.</param>
    /// <param name="judge">The judge.</param>
    /// <param name="concurrency">How many videos are judged at once.</param>
    /// <param name="cancellation">Stops it.</param>
    public JudgeAhead(Func<LongGenerationRow, JudgeCase?> caseOf, IJudge judge, int concurrency, CancellationToken cancellation)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _workers = [.. Enumerable.Range(0, concurrency).Select(_ => Task.Run(() => Work(caseOf, judge), CancellationToken.None))];
    }

    /// <summary>Cancelled when the judge can't go on at all: an expired key must not wait for the morning.</summary>
    public CancellationToken Stopping => _stop.Token;

    /// <summary>Why the judge can't go on; null while it can.</summary>
    public PralineException? Stopped => _stopped;

    /// <summary>The candidates of a video are there.</summary>
    public void Add(LongGenerationRow candidates) => _queue.Writer.TryWrite(candidates);

    /// <summary>Waits for the videos under way; those that wait are left to the judge stage.</summary>
    public async ValueTask DisposeAsync()
    {
        _closing = true;
        _queue.Writer.TryComplete();
        await Task.WhenAll(_workers).ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task Work(Func<LongGenerationRow, JudgeCase?> caseOf, IJudge judge)
    {
        await foreach (var candidates in _queue.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            if (_closing || _stop.IsCancellationRequested)
            {
                return;
            }

            try
            {
                if (caseOf(candidates) is { } video)
                {
                    await judge.JudgeAsync(video, _stop.Token).ConfigureAwait(false);
                }
            }
            catch (PralineException e) when (e is StopStageException or StorageException)
            {
                Interlocked.CompareExchange(ref _stopped, e, null);
                await _stop.CancelAsync().ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // The judge stage meets the same, and lists it.
            }
        }
    }
}
