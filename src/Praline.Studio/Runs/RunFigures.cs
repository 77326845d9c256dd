using System.Text.Json;
using Praline.Evaluation;

namespace Praline.Studio.Runs;

/// <summary>A setting in which runs differ.</summary>
/// <param name="Name">Its name in <c>config.json</c>.</param>
/// <param name="Values">Its value in each run, in their order; empty where a run has none.</param>
public sealed record SettingDifference(string Name, IReadOnlyList<string> Values);

/// <summary>The figures and the table of settings of one or more training runs.</summary>
public static class RunFigures
{
    private static readonly (string Title, string[] Names, bool Log)[] Panels =
    [
        ("Loss", ["loss"], false),
        ("Reward of the chosen answers", ["rewards/chosen"], false),
        ("Reward of the rejected answers", ["rewards/rejected"], false),
        ("Margin", ["rewards/margins"], false),
        ("Accuracy", ["rewards/accuracies"], false),
        ("Gradient norm", ["grad_norm"], true),
        ("Gradient norm of the chosen side", ["grad_norm/chosen", "chosen_grad_norm"], true),
        ("Gradient norm of the rejected side", ["grad_norm/rejected", "rejected_grad_norm"], true),
        ("Learning rate", ["learning_rate"], false),
        ("Tokens per second", ["tokens_per_second"], false),
        ("Memory (bytes)", ["peak_memory", "memory"], false),
    ];

    /// <summary>One SVG of all quantities that any of the runs logged, runs over each other.</summary>
    /// <param name="runs">The runs.</param>
    /// <param name="smoothing">Bandwidth as a share of the steps; 0 for none.</param>
    /// <param name="logarithmic">Whether positive quantities have a logarithmic axis.</param>
    public static string Svg(IReadOnlyList<TrainingRun> runs, double smoothing, bool logarithmic)
    {
        var panels = new List<PlotPanel>();
        foreach (var (title, names, log) in Panels)
        {
            var series = runs.Index().Select(r => (r.Item.Label, Points: Points(r.Item, names), r.Index)).Where(s => s.Points.Count > 0).ToList();
            if (series.Count > 0)
            {
                panels.Add(new LinePanel
                {
                    Title = title,
                    LogY = (log || logarithmic) && series.All(s => s.Points.All(p => p.Y > 0)) && logarithmic,
                    Series = [.. series.Select(s => new LineSeries { Name = s.Label, Style = new SeriesStyle(s.Index), Traces = [s.Points], Smooth = smoothing })],
                });
            }
        }

        return panels.Count == 0 ? "" : SvgPlot.Render(new PlotFigure { Title = "Training, step by step", Panels = panels, Columns = 2 });
    }

    /// <summary>The settings that are not the same in all runs.</summary>
    public static IReadOnlyList<SettingDifference> Differences(IReadOnlyList<string> folders)
    {
        var settings = folders.Select(folder => Settings(Path.Combine(folder, "config.json"))).ToList();
        return [.. settings.SelectMany(s => s.Keys).Distinct().Order(StringComparer.Ordinal)
            .Select(name => new SettingDifference(name, [.. settings.Select(s => s.GetValueOrDefault(name, ""))]))
            .Where(d => d.Values.Distinct().Count() > 1)];
    }

    private static IReadOnlyList<(double X, double Y)> Points(TrainingRun run, string[] names) =>
        run.Metrics.Series(names) is { Count: > 0 } points ? points : run.Timing?.Series(names) ?? [];

    private static Dictionary<string, string> Settings(string path)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        if (File.Exists(path))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            Add("", document.RootElement);
        }

        return settings;

        void Add(string name, JsonElement value)
        {
            if (value.ValueKind == JsonValueKind.Object)
            {
                foreach (var property in value.EnumerateObject())
                {
                    Add(name.Length == 0 ? property.Name : $"{name}.{property.Name}", property.Value);
                }
            }
            else
            {
                settings[name] = value.ToString();
            }
        }
    }
}
