using System.Collections.Concurrent;
using Praline.Models.Generation;
using Praline.Models.Language;
using Praline.Torch;

namespace Praline.Preferences;

/// <summary>
/// One thread for all work on a language model (tensor scopes belong to threads, and each thread that computes brings up a team of workers of its own), and on it
/// one batch that never has to run empty: sequences of all calls decode together, those that end leave, waiting ones take their places.
/// </summary>
/// <remarks>
/// With <paramref name="together"/> off, each call's sequences decode by themselves: where the numbers of a row depend on the rows beside it (GPUs, half precision),
/// a result then still depends on its own call alone.
/// </remarks>
internal sealed class RunningBatch(LlamaModel model, int maxBatch, bool together) : IDisposable
{
    private readonly TextGenerator _generator = new(model, maxBatch), _alone = new(model, maxBatch);
    private readonly BlockingCollection<BatchJob> _queue = [];
    private readonly Dictionary<int, BatchJob> _open = [];
    private readonly Lock _lock = new();
    private CancellationTokenSource _run = new();
    private Thread? _thread;

    /// <summary>New tokens computed so far, for rates.</summary>
    public long DecodedTokens => _generator.DecodedTokens + _alone.DecodedTokens;

    /// <summary>Prompt tokens computed so far.</summary>
    public long PrefilledTokens => _generator.PrefilledTokens + _alone.PrefilledTokens;

    /// <summary>Begins to work.</summary>
    public RunningBatch Start(string name)
    {
        _thread = new Thread(Work) { Name = name, IsBackground = true };
        _thread.Start();
        return this;
    }

    /// <summary>Does something on the model's thread, between two tokens. What was cancelled before it began is dropped.</summary>
    public async Task<T> Do<T>(Func<T> work, CancellationToken cancellation)
    {
        var job = new BatchJob(null, () => work(), cancellation);
        _queue.Add(job, CancellationToken.None);
        return (T)(await job.Done.Task.ConfigureAwait(false))!;
    }

    /// <summary>The sequences of some requests. The requests are built on the model's thread when there is room for them; their tensors are freed after that.</summary>
    public async Task<IReadOnlyList<GenerationResult[]>> Generate(IReadOnlyList<Func<GenerationRequest>> requests, CancellationToken cancellation)
    {
        if (!together)
        {
            return await Do(() => Alone(requests, cancellation), cancellation).ConfigureAwait(false);
        }

        var jobs = requests.Select(r => new BatchJob(r, null, cancellation)).ToList();
        await using var registration = cancellation.Register(StopWhenNobodyWaits).ConfigureAwait(false);
        jobs.ForEach(j => _queue.Add(j, CancellationToken.None));
        var results = await Task.WhenAll(jobs.Select(j => j.Done.Task)).ConfigureAwait(false);
        return [.. results.Select(r => (GenerationResult[])r!)];
    }

    /// <summary>Ends the thread; what is under way is given up.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _queue.CompleteAdding();
            _run.Cancel();
        }

        _thread?.Join();
        _queue.Dispose();
        _run.Dispose();
    }

    private void Work()
    {
        using var noGrad = NoGrad.Begin();
        foreach (var first in _queue.GetConsumingEnumerable())
        {
            try
            {
                foreach (var (index, sequences) in _generator.GenerateAsCompleted(Requests(first), NewRun()))
                {
                    Close(index)!.Done.TrySetResult(sequences);
                }
            }
            catch (Exception)
            {
                // One request may have done it (it doesn't fit into the memory), or nobody waits any more: the others must not go down with it.
                CloseAll().ForEach(RunAlone);
                RunAlone(first);
            }
        }
    }

    /// <summary>What is to decode next, on the model's thread; null while others decode and none waits; the end when there is nothing at all.</summary>
    private IEnumerable<GenerationRequest?> Requests(BatchJob first)
    {
        var count = 0;
        for (var next = first; ; next = null)
        {
            var job = next ?? (_queue.TryTake(out var waiting) ? waiting : null);
            if (job is null)
            {
                if (_open.Count == 0)
                {
                    yield break;
                }

                yield return null;
                continue;
            }

            if (job.Begin() is not { } request)
            {
                continue;
            }

            lock (_lock)
            {
                _open.Add(count++, job);
            }

            try
            {
                yield return request;
            }
            finally
            {
                Free(request);
            }
        }
    }

    private void RunAlone(BatchJob job)
    {
        if (job.Done.Task.IsCompleted)
        {
            return;
        }

        if (_queue.IsAddingCompleted)
        {
            job.Done.TrySetCanceled();
        }
        else if (job.Begin() is { } request)
        {
            try
            {
                job.Done.TrySetResult(_alone.Generate(request, job.Cancellation));
            }
            catch (Exception e)
            {
                job.Fail(e);
            }
            finally
            {
                Free(request);
            }
        }
    }

    private IReadOnlyList<GenerationResult[]> Alone(IReadOnlyList<Func<GenerationRequest>> requests, CancellationToken cancellation)
    {
        var built = new List<GenerationRequest>();
        try
        {
            built.AddRange(requests.Select(r => r()));
            return _alone.Generate(built, cancellation);
        }
        finally
        {
            built.ForEach(Free);
        }
    }

    private static void Free(GenerationRequest request)
    {
        request.PromptEmbeddings?.Dispose();
        request.PromptPositionIds?.Dispose();
        foreach (var ending in request.Endings)
        {
            ending.Embeddings?.Dispose();
            ending.PositionIds?.Dispose();
        }
    }

    private BatchJob? Close(int index)
    {
        lock (_lock)
        {
            return _open.Remove(index, out var job) ? job : null;
        }
    }

    private List<BatchJob> CloseAll()
    {
        lock (_lock)
        {
            var jobs = _open.Values.ToList();
            _open.Clear();
            return jobs;
        }
    }

    private CancellationToken NewRun()
    {
        lock (_lock)
        {
            if (_run.IsCancellationRequested && !_queue.IsAddingCompleted)
            {
                _run.Dispose();
                _run = new CancellationTokenSource();
            }

            return _run.Token;
        }
    }

    private void StopWhenNobodyWaits()
    {
        lock (_lock)
        {
            if (_open.Count > 0 && _open.Values.All(j => j.Cancellation.IsCancellationRequested))
            {
                _run.Cancel();
            }
        }
    }
}
