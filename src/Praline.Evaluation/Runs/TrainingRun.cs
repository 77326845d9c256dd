namespace Praline.Evaluation;

/// <summary>A training to be shown: runs of the same label (one method, several seeds) share a panel.</summary>
/// <param name="Label">The method's or run's name.</param>
/// <param name="Metrics">What it logged.</param>
/// <param name="Seed">Its training seed, if known.</param>
public sealed record TrainingRun(string Label, TrainingMetrics Metrics, int? Seed = null)
{
    /// <summary>The name of the metrics file in a run's folder.</summary>
    public const string MetricsFile = "metrics.jsonl";

    /// <summary>The name of the file beside it with speed and memory, which are not the same from run to run.</summary>
    public const string TimingFile = "timing.jsonl";

    /// <summary>Speed and memory, where they are logged by themselves; null when they are among the metrics.</summary>
    public TrainingMetrics? Timing { get; init; }

    /// <summary>Opens a run as a user names it.</summary>
    /// <param name="argument">A run folder or a metrics file, with or without a label before it: <c>SynPO=runs/synpo</c>.</param>
    /// <exception cref="PralineException">There is no such run, or its metrics can't be read.</exception>
    public static TrainingRun Open(string argument)
    {
        var (label, path) = (null as string, argument);
        if (!Directory.Exists(argument) && !File.Exists(argument) && argument.IndexOf('=') is > 0 and var split)
        {
            (label, path) = (argument[..split], argument[(split + 1)..]);
        }

        var file = Directory.Exists(path) ? Path.Combine(path, MetricsFile) : path;
        if (!File.Exists(file))
        {
            throw new PralineException(
                $"No training metrics at {file}. Give a run's folder (with its {MetricsFile}) or a metrics file, optionally as LABEL=PATH.");
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var name = Path.GetFileName(file) == MetricsFile ? Path.GetFileName(folder) : Path.GetFileNameWithoutExtension(file);
        var timing = Path.Combine(folder, TimingFile);
        return new(label ?? name, TrainingMetrics.Read(file))
        {
            Timing = Path.GetFileName(file) == MetricsFile && File.Exists(timing) ? TrainingMetrics.Read(timing) : null,
        };
    }
}
