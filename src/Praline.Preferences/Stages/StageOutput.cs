using Praline.Json;
namespace Praline.Preferences;

/// <summary>The files of a finished stage.</summary>
internal static class StageOutput
{
    /// <summary>The name of the list of unused items, one for all stages of a folder.</summary>
    public const string RejectedName = "rejected.jsonl";

    /// <summary>Writes the list of unused items, the output, and the state that says that both are there.</summary>
    public static void Write(StagePlan plan, StageHeader header, IReadOnlyList<StageResult> results)
    {
        foreach (var path in new[] { RejectedPath(plan), plan.OutputPath, StageState.PathFor(plan.OutputPath) })
        {
            AtomicFile.DeleteLeftOvers(path);
        }

        var items = results.Select((r, i) => StageState.Item.Of(plan.Items[i], r)).ToList();
        WriteRejected(plan, items);
        if (items.Count > 0 && items.All(i => i.Rejected is not null))
        {
            AtomicFile.Delete(Journal.PathFor(plan.OutputPath));
            throw new PralineException(
                $"Stage {plan.Stage}: none of the {items.Count} items could be used. The first, {items[0].Source.Id}: {items[0].Rejected} " +
                $"All reasons are in {RejectedPath(plan)}.");
        }

        JsonLines.WriteLines(plan.OutputPath, results.SelectMany(r => r.Lines));
        var state = new StageState(header, StageFingerprint.HashFile(plan.OutputPath), items);
        JsonLines.Write(StageState.PathFor(plan.OutputPath), [state]);
    }

    /// <summary>What a finished stage made.</summary>
    public static StageSummary Summarize(StagePlan plan, IReadOnlyList<StageState.Item> items, int reused) => new()
    {
        Stage = plan.Stage,
        OutputPath = plan.OutputPath,
        Items = items.Count,
        Reused = reused,
        Rows = items.Sum(i => i.Lines),
        Rejected = [.. Rejections(plan, items)],
        Missing = [.. items.Where(i => i.Missing is not null).Select(i => (i.Source.Id, i.Missing!))],
    };

    /// <summary>The journal entries that would give a finished output again.</summary>
    public static IEnumerable<JournalEntry> Entries(string outputPath, StageState state)
    {
        var lines = new Queue<string>(JsonLines.ReadLines(outputPath).Select(l => l.Text));
        return [.. state.Items.Select(item => new JournalEntry(item.Source, new StageResult
        {
            Lines = [.. Enumerable.Range(0, item.Lines).Select(_ => lines.Dequeue())],
            Rejected = item.Rejected,
            Missing = item.Missing,
        }))];
    }

    private static void WriteRejected(StagePlan plan, IReadOnlyList<StageState.Item> items)
    {
        var path = RejectedPath(plan);
        var others = File.Exists(path) ? JsonLines.Read<RejectedRow>(path).Where(r => r.Stage != plan.Stage) : [];

        // Sorted by stage, so that the bytes don't depend on which stage was run again last.
        var all = others.Concat(Rejections(plan, items)).OrderBy(r => r.Stage, StringComparer.Ordinal).ToList();
        if (all.Count > 0)
        {
            JsonLines.Write(path, all);
        }
        else
        {
            AtomicFile.Delete(path);
        }
    }

    private static IEnumerable<RejectedRow> Rejections(StagePlan plan, IEnumerable<StageState.Item> items) =>
        items.Where(i => i.Rejected is not null).Select(i => new RejectedRow(plan.Stage, i.Source.Id, i.Rejected!));

    private static string RejectedPath(StagePlan plan) =>
        Path.Combine(Path.GetDirectoryName(Path.GetFullPath(plan.OutputPath))!, RejectedName);
}
