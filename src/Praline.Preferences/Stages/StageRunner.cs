namespace Praline.Preferences;

/// <summary>
/// Runs a stage so that it can be stopped at any moment, by a kill too, and started again: each finished item goes to a journal, the output is
/// written whole and in input order when all are done, and a later start does only what is left. The output's bytes depend on the plan alone,
/// not on how often the stage was stopped or in which order items were finished.
/// </summary>
/// <remarks>
/// Files beside <c>OUTPUT</c>: <c>OUTPUT.journal</c> while unfinished, <c>OUTPUT.state</c> afterwards, and <c>rejected.jsonl</c>
/// with the items that could not be used by any stage of the folder.
/// </remarks>
public static class StageRunner
{
    /// <summary>Does what is left of a stage and writes its output.</summary>
    /// <param name="plan">What to make.</param>
    /// <param name="work">
    /// Makes the item with this number. An exception rejects the item with the exception's message; <see cref="StopStageException"/>
    /// and cancellation stop the stage.
    /// </param>
    /// <param name="options">How to run.</param>
    /// <param name="cancellation">Stops the stage after the items under way were told to stop; the next start goes on.</param>
    /// <exception cref="PralineException">
    /// The settings are not those of the earlier start; the output exists and is not this stage's; not one item could be used; the disk
    /// can't be written.
    /// </exception>
    public static async Task<StageSummary> RunAsync(
        StagePlan plan,
        Func<int, CancellationToken, Task<StageResult>> work,
        StageRunOptions options,
        CancellationToken cancellation = default)
    {
        if (plan.Items.DistinctBy(i => i.Id, StringComparer.Ordinal).Count() != plan.Items.Count)
        {
            throw new ArgumentException($"Stage {plan.Stage}: two items have the same id.", nameof(plan));
        }

        var header = StageHeader.Of(plan);
        var update = options.Update || options.RetryFailed;
        if (options.World.Size > 1)
        {
            return await StageShares.RunAsync(plan, header, work, options, cancellation).ConfigureAwait(false);
        }

        if (!options.Restart && FinishedEarlier(plan, header, update, options.RetryFailed) is { } finished)
        {
            return finished;
        }

        StageResult?[] results;
        int reused;
        var journalPath = Journal.PathFor(plan.OutputPath);
        using (var journal = Journal.Open(journalPath, header, options.Restart, out var found))
        {
            if (options.Restart)
            {
                // Only now, with the new journal there: a kill in between finds either the old state or the new journal.
                AtomicFile.Delete(StageState.PathFor(plan.OutputPath));
            }

            if (found is { } earlier && !header.MustContinue(earlier.Header, plan.OutputPath, update))
            {
                journal.ChangeHeader(header);
            }

            results = Place(plan, [.. found?.Entries ?? [], .. StageShares.Absorb(plan, header, journal, options)], options.RetryFailed);
            reused = results.Count(r => r is not null);
            await DoTheRest(plan, results, reused, Pending(results), journal, work, options, cancellation).ConfigureAwait(false);
            StageOutput.Write(plan, header, results!);
        }

        AtomicFile.Delete(journalPath);
        return StageOutput.Summarize(plan, [.. results.Select((r, i) => StageState.Item.Of(plan.Items[i], r!))], reused);
    }

    /// <summary>The summary when nothing is left to do; else null, with what an earlier start finished in the journal.</summary>
    internal static StageSummary? FinishedEarlier(StagePlan plan, StageHeader header, bool update, bool retryFailed)
    {
        var journalPath = Journal.PathFor(plan.OutputPath);
        if (File.Exists(journalPath))
        {
            return null;
        }

        if (StageState.Load(plan.OutputPath) is not { } state)
        {
            return !File.Exists(plan.OutputPath)
                ? null
                : throw new PralineException(
                    $"{plan.OutputPath} exists, and this stage did not write it. Use --restart to replace it, or choose another output folder.");
        }

        var same = header.MustContinue(state.Header, plan.OutputPath, update);
        if (!File.Exists(plan.OutputPath) || StageFingerprint.HashFile(plan.OutputPath) != state.OutputSha256)
        {
            throw new PralineException(
                $"{plan.OutputPath} is gone or was changed after it was finished. Use --restart to make it anew; to keep the changed file, " +
                "run the later stages by themselves on it.");
        }

        if (same && (!retryFailed || state.Items.All(i => i.Rejected is null && i.Missing is null)))
        {
            return StageOutput.Summarize(plan, state.Items, state.Items.Count);
        }

        Journal.Create(journalPath, state.Header, StageOutput.Entries(plan.OutputPath, state));
        return null;
    }

    /// <summary>What earlier starts finished of this plan's items; null where an item is to be done.</summary>
    internal static StageResult?[] Place(StagePlan plan, IEnumerable<JournalEntry> entries, bool retryFailed)
    {
        var number = plan.Items.Index().ToDictionary(x => x.Item, x => x.Index);
        var results = new StageResult?[plan.Items.Count];
        foreach (var (item, result) in entries)
        {
            // A later entry replaces an earlier one: an item that was done again.
            if (number.TryGetValue(item, out var i))
            {
                results[i] = result;
            }
        }

        return retryFailed
            ? [.. results.Select(r => r is { Rejected: null, Missing: null } ? r : null)]
            : results;
    }

    /// <summary>The items that are still to be done.</summary>
    internal static int[] Pending(StageResult?[] results) => [.. Enumerable.Range(0, results.Length).Where(i => results[i] is null)];

    /// <summary>Does the pending items and puts their results in their places.</summary>
    internal static async Task DoTheRest(
        StagePlan plan,
        StageResult?[] results,
        int reused,
        IReadOnlyList<int> pending,
        Journal journal,
        Func<int, CancellationToken, Task<StageResult>> work,
        StageRunOptions options,
        CancellationToken cancellation)
    {
        var gate = new Lock();
        var (done, rejected) = (reused, results.Count(r => r?.Rejected is not null));
        PralineException? stopped = null;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        options.Progress?.Invoke(new StageProgress(plan.Stage, done, reused + pending.Count, reused, rejected));

        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, options.MaxConcurrency), CancellationToken = stop.Token };
        try
        {
            await Parallel.ForEachAsync(pending, parallel, async (i, token) =>
            {
                try
                {
                    var result = await DoOne(i, work, token).ConfigureAwait(false);
                    journal.Append(new JournalEntry(plan.Items[i], result));
                    results[i] = result;
                    lock (gate)
                    {
                        done++;
                        rejected += result.Rejected is null ? 0 : 1;
                        options.Progress?.Invoke(new StageProgress(plan.Stage, done, reused + pending.Count, reused, rejected));
                    }
                }
                catch (PralineException e) when (e is StopStageException or StorageException)
                {
                    Interlocked.CompareExchange(ref stopped, e, null);
                    await stop.CancelAsync().ConfigureAwait(false);
                }
            }).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopped is not null)
        {
            // The cancellation was ours: the reason is thrown below.
        }

        if (stopped is not null)
        {
            throw new StopStageException(stopped.Message, stopped);
        }
    }

    private static async Task<StageResult> DoOne(int item, Func<int, CancellationToken, Task<StageResult>> work, CancellationToken token)
    {
        try
        {
            return await work(item, token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not (StopStageException or StorageException or OutOfMemoryException) && !token.IsCancellationRequested)
        {
            // Whatever is wrong with one item must not take the others down; the reason is listed, counted and shown.
            return StageResult.Reject(e.Message);
        }
    }
}
