using System.Collections.Concurrent;
using Praline.Preferences;
using Praline.Torch.Distributed;
using Spectre.Console;

namespace Praline.Cli;

/// <summary>Shows the stages of preference building: progress while they run, a table of what came out.</summary>
internal static class StageView
{
    public static Action<StageProgress> Progress(string unit = "videos")
    {
        var lines = new ConcurrentDictionary<string, ProgressLine>();
        return progress => lines.GetOrAdd(progress.Stage, stage => new ProgressLine(stage, unit))
            .Report(progress.Done, progress.Total, progress.Rejected > 0 ? $"{progress.Rejected} rejected" : "");
    }

    /// <summary>The same by rank 0 for all ranks.</summary>
    public static int Print(World world, IReadOnlyList<StageSummary> summaries) => world.IsMain ? Print(summaries) : Host.Success;

    /// <summary>Prints what each stage made; what is missing is listed, so that nothing is lost silently.</summary>
    public static int Print(IReadOnlyList<StageSummary> summaries)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("step", "file", "items", "of earlier starts", "rows", "rejected", "missing");
        foreach (var s in summaries)
        {
            table.AddRow(
                Markup.Escape(s.Stage), Markup.Escape(s.OutputPath), $"{s.Items}", $"{s.Reused}", $"{s.Rows}", $"{s.Rejected.Count}", $"{s.Missing.Count}");
        }

        Ui.Out.Write(table);
        foreach (var s in summaries.Where(s => s.Missing.Count > 0))
        {
            Ui.Note($"{s.Stage}: {s.Missing.Count} items have something missing (--retry-failed asks again), the first: {s.Missing[0].Item}: {s.Missing[0].What}");
        }

        return summaries.Any(s => s.Rows == 0 && s.Items > 0) ? Host.Failure : Host.Success;
    }
}
