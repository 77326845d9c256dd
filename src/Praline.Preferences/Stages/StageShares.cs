using Praline.Json;
namespace Praline.Preferences;

/// <summary>
/// A stage whose items several processes share. Rank 0 says which are still to be done; each rank takes every n-th of them and keeps
/// a journal of its own; at the end all exchange what they made, and rank 0 writes the output in input order. Journals of ranks that
/// were killed are taken in by the next start, with however many processes.
/// </summary>
internal static class StageShares
{
    private const string RankSuffix = ".rank-";

    /// <summary>The stage of one rank, from what is left to its summary.</summary>
    internal static async Task<StageSummary> RunAsync(
        StagePlan plan, StageHeader header, Func<int, CancellationToken, Task<StageResult>> work, StageRunOptions options, CancellationToken cancellation)
    {
        var world = options.World;
        var update = options.Update || options.RetryFailed;
        StageSummary? Finished() => options.Restart ? null : StageRunner.FinishedEarlier(plan, header, update, options.RetryFailed);
        var finished = world.IsMain ? Finished() : null;
        if (world.FromMain(finished is not null))
        {
            return finished ?? Finished()!;
        }

        Journal? journal = null;
        try
        {
            var results = new StageResult?[plan.Items.Count];
            if (world.IsMain)
            {
                journal = OpenMain(plan, header, options, out var entries);
                results = StageRunner.Place(plan, entries, options.RetryFailed);
            }

            var pending = world.FromMain(StageRunner.Pending(results))!;
            var path = world.IsMain ? Journal.PathFor(plan.OutputPath) : $"{Journal.PathFor(plan.OutputPath)}{RankSuffix}{world.Rank}";
            journal ??= Journal.Open(path, header, restart: true, out _);
            int[] own = [.. pending.Where((_, k) => world.Owns(k))];
            var reused = results.Length - pending.Length;
            await StageRunner.DoTheRest(plan, results, reused, own, journal, work, options, cancellation).ConfigureAwait(false);

            // Rank 0 also tells what earlier starts made, which only its journal has.
            var made = Enumerable.Range(0, results.Length).Where(i => results[i] is not null);
            var lines = world.Gather(made.Select(i => JsonText.Line(new JournalEntry(plan.Items[i], results[i]!))).ToArray());
            var all = StageRunner.Place(plan, lines.SelectMany(rank => rank).Select(line => JournalEntry.Read(JsonLines.Parse(plan.OutputPath, line))), retryFailed: false);
            if (world.IsMain)
            {
                StageOutput.Write(plan, header, all!);
            }

            world.Barrier();
            journal.Dispose();
            AtomicFile.Delete(path);
            world.Barrier();
            return StageOutput.Summarize(plan, [.. all.Select((r, i) => StageState.Item.Of(plan.Items[i], r!))], reused);
        }
        finally
        {
            journal?.Dispose();
        }
    }

    /// <summary>What ranks of an earlier start had finished: goes into the journal, and their own files go.</summary>
    internal static List<JournalEntry> Absorb(StagePlan plan, StageHeader header, Journal journal, StageRunOptions options)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(plan.OutputPath))!;
        var entries = new List<JournalEntry>();
        foreach (var path in Directory.GetFiles(folder, Path.GetFileName(Journal.PathFor(plan.OutputPath)) + RankSuffix + "*").Order(StringComparer.Ordinal))
        {
            using (Journal.Open(path, header, options.Restart, out var found))
            {
                if (found is { } left)
                {
                    header.MustContinue(left.Header, plan.OutputPath, options.Update || options.RetryFailed);
                    left.Entries.ForEach(journal.Append);
                    entries.AddRange(left.Entries);
                }
            }

            AtomicFile.Delete(path);
        }

        return entries;
    }

    private static Journal OpenMain(StagePlan plan, StageHeader header, StageRunOptions options, out List<JournalEntry> entries)
    {
        var journal = Journal.Open(Journal.PathFor(plan.OutputPath), header, options.Restart, out var found);
        try
        {
            if (options.Restart)
            {
                AtomicFile.Delete(StageState.PathFor(plan.OutputPath));
            }

            if (found is { } earlier && !header.MustContinue(earlier.Header, plan.OutputPath, options.Update || options.RetryFailed))
            {
                journal.ChangeHeader(header);
            }

            entries = [.. found?.Entries ?? [], .. Absorb(plan, header, journal, options)];
            return journal;
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }
}
