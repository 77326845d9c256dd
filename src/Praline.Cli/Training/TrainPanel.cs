using System.Globalization;
using Praline.Training.Engine;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Praline.Cli.Training;

/// <summary>Where a training is: how far, loss, rewards, margin, accuracy, gradient norms, speed, memory and remaining time.</summary>
internal static class TrainPanel
{
    private const int BarWidth = 30, CellWidth = 24;

    private static readonly (string Metric, string Name)[] Shown =
    [
        ("loss", "loss"), ("rewards/chosen", "chosen"), ("rewards/rejected", "rejected"), ("rewards/margins", "margin"),
        ("rewards/accuracies", "accuracy"), ("grad_norm", "grad norm"), ("grad_norm/chosen", "∂r₊"), ("grad_norm/rejected", "∂r₋"),
        ("learning_rate", "lr"),
    ];

    /// <summary>The panel, for a terminal of that width.</summary>
    public static IRenderable Of(TrainProgress value, int width)
    {
        var grid = new Grid();
        var columns = Math.Max(1, width / CellWidth);
        var fields = Fields(value).Chunk(columns).ToArray();
        for (var i = 0; i < Math.Min(columns, fields[0].Length); i++)
        {
            grid.AddColumn(new GridColumn { NoWrap = true, Padding = new Padding(0, 0, 3, 0) });
        }

        foreach (var row in fields)
        {
            grid.AddRow([.. row.Select(f => new Markup($"[grey]{f.Name}[/] {f.Value}"))]);
        }

        var done = (int)Math.Round(BarWidth * (double)value.Step / Math.Max(1, value.TotalSteps));
        var bar = new Markup(string.Create(
            CultureInfo.InvariantCulture,
            $"[green]{new string('━', done)}[/][grey]{new string('━', BarWidth - done)}[/] step {value.Step} of {value.TotalSteps}, epoch {value.Epoch:0.00}"));
        return new Rows(bar, grid);
    }

    /// <summary>Names and values, those that the method has.</summary>
    public static IEnumerable<(string Name, string Value)> Fields(TrainProgress value)
    {
        foreach (var (metric, name) in Shown)
        {
            if (value.Metrics.TryGetValue(metric, out var number))
            {
                yield return (name, Number(number));
            }
        }

        yield return ("tokens/s", value.TokensPerSecond.ToString("#,0", CultureInfo.InvariantCulture));
        yield return ("memory", string.Create(CultureInfo.InvariantCulture, $"{value.PeakMemory / 1e9:0.0} GB"));
        yield return ("left", string.Create(CultureInfo.InvariantCulture, $"{(int)value.Remaining.TotalHours}:{value.Remaining:mm\\:ss}"));
    }

    private static string Number(double value) => Math.Abs(value) is 0 or (>= 0.001 and < 1e5)
        ? value.ToString("0.0000", CultureInfo.InvariantCulture)
        : value.ToString("0.00e0", CultureInfo.InvariantCulture);
}
