using Praline.Training.Engine;
using Spectre.Console;

namespace Praline.Cli.Training;

/// <summary>A <see cref="TrainPanel"/> at the bottom of a terminal, with messages above it.</summary>
internal sealed class LiveTrainView(IAnsiConsole console, LiveDisplayContext context) : IProgress<TrainProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private DateTime _shownAt = DateTime.MinValue;

    public void Report(TrainProgress value)
    {
        if (value.Message.Length > 0 && value.Kind is not TrainEventKind.Preparing)
        {
            console.WriteLine(value.Message.PadRight(console.Profile.Width - 1)); // over what the panel had there
        }

        var now = DateTime.UtcNow;
        var last = value.Step == value.TotalSteps;
        if (value.Kind is TrainEventKind.Preparing or TrainEventKind.Step && (last || now - _shownAt >= Interval))
        {
            _shownAt = now;
            context.UpdateTarget(value.Kind is TrainEventKind.Step ? TrainPanel.Of(value, console.Profile.Width) : new Spectre.Console.Text(PlainTrainView.Preparation(value)));
            context.Refresh();
        }
    }
}
