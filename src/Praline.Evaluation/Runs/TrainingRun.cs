namespace Praline.Evaluation;

/// <summary>
/// How the logs of SynPO's scripts differ from ours: DPO's rewards lack the factor β, and gradient norms are divided by the number of trained parameters. What is given here is
/// put right; what is not keeps its own scale and is shown apart.
/// </summary>
/// <param name="Beta">β of the training; null leaves rewards as logged.</param>
/// <param name="Parameters">Trained parameters; null leaves norms as logged.</param>
public sealed record PublishedScale(double? Beta = null, long? Parameters = null);

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

    /// <summary>Whether it is a log of SynPO's scripts whose rewards or norms are on their scale, which is not ours.</summary>
    public bool IsOnPublishedScale { get; init; }

    /// <summary>Opens a run as a user names it.</summary>
    /// <param name="argument">A run folder or a metrics file, with or without a label before it: <c>SynPO=runs/synpo</c>.</param>
    /// <exception cref="PralineException">There is no such run, or its metrics can't be read.</exception>
    public static TrainingRun Open(string argument) => Open(argument, new PublishedScale());

    /// <summary>Opens a run as a user names it; a log of SynPO's scripts is brought to our scale as far as <paramref name="scale"/> says how.</summary>
    /// <param name="argument">A run folder or a metrics file, with or without a label before it.</param>
    /// <param name="scale">What the published log's scale was.</param>
    /// <exception cref="PralineException">There is no such run, or its metrics can't be read.</exception>
    public static TrainingRun Open(string argument, PublishedScale scale)
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
        var metrics = TrainingMetrics.Read(file);
        bool Has(string quantity) => metrics.Rows.Any(row => row.Values.ContainsKey(quantity));
        var (rewards, norms) = (Has("pos_rewards"), Has("pos_l2_norm") || Has("normalized_gradient_l2_norm"));
        if (rewards || norms)
        {
            metrics = metrics.Scaled(new Dictionary<string, double>
            {
                ["pos_rewards"] = scale.Beta ?? 1,
                ["neg_rewards"] = scale.Beta ?? 1,
                ["pos_l2_norm"] = scale.Parameters ?? 1,
                ["neg_l2_norm"] = scale.Parameters ?? 1,
                ["normalized_gradient_l2_norm"] = scale.Parameters ?? 1,
            });
        }

        string[] own = [.. rewards && scale.Beta is null ? ["rewards without β"] : Array.Empty<string>(), .. norms && scale.Parameters is null ? ["norms / parameters"] : Array.Empty<string>()];
        return new((label ?? name) + (own.Length > 0 ? $" ({string.Join(", ", own)})" : ""), metrics)
        {
            IsOnPublishedScale = own.Length > 0,
            Timing = Path.GetFileName(file) == MetricsFile && File.Exists(timing) ? TrainingMetrics.Read(timing) : null,
        };
    }
}
