using System.Globalization;
using Praline.Training.Engine;

namespace Praline.Cli.Training;

/// <summary>A training as lines of a log: every message, and every ten seconds where it is.</summary>
internal sealed class PlainTrainView(TextWriter writer) : IProgress<TrainProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private DateTime _shownAt = DateTime.UtcNow;

    public void Report(TrainProgress value)
    {
        switch (value.Kind)
        {
            case TrainEventKind.Preparing when IsDue(value):
                writer.WriteLine(Preparation(value));
                break;
            case TrainEventKind.Preparing:
                break;
            case TrainEventKind.Step when IsDue(value):
                writer.WriteLine($"step {value.Step} of {value.TotalSteps}: {string.Join(", ", TrainPanel.Fields(value).Select(f => $"{f.Name} {f.Value}"))}");
                break;
            case TrainEventKind.Evaluated:
                writer.WriteLine($"held out after step {value.Step}: {string.Join(", ", value.Metrics.Select(m => $"{m.Key} {m.Value.ToString("0.0000", CultureInfo.InvariantCulture)}"))}");
                break;
            default:
                if (value.Message.Length > 0)
                {
                    writer.WriteLine(value.Message);
                }

                break;
        }
    }

    /// <summary>What is being prepared, and how much of it is done.</summary>
    public static string Preparation(TrainProgress value) => value.TotalSteps > 0 ? $"{value.Message}: {value.Step} of {value.TotalSteps}" : value.Message;

    private bool IsDue(TrainProgress value)
    {
        if (DateTime.UtcNow - _shownAt < Interval && !(value.Kind is TrainEventKind.Step && value.Step == value.TotalSteps))
        {
            return false;
        }

        _shownAt = DateTime.UtcNow;
        return true;
    }
}
