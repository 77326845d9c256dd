using System.Globalization;
using Praline.Training.Engine;

namespace Praline.Cli;

/// <summary>Shows a training: its loss, rewards and rate, one line redrawn on a terminal, a line now and then elsewhere.</summary>
internal sealed class TrainView : IProgress<TrainProgress>
{
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(10);
    private DateTime _shownAt = DateTime.MinValue;
    private int _width;

    public void Report(TrainProgress value)
    {
        if (value.Kind is TrainEventKind.Step)
        {
            if (!Ui.IsLive && DateTime.UtcNow - _shownAt < PlainInterval && value.Step < value.TotalSteps)
            {
                return;
            }

            _shownAt = DateTime.UtcNow;
            Show(string.Create(
                CultureInfo.InvariantCulture,
                $"step {value.Step} of {value.TotalSteps}: {Metrics(value)}, {value.TokensPerSecond:0} tokens/s, {value.PeakMemory / 1e9:0.0} GB, {value.Remaining:hh\\:mm\\:ss} left"));
        }
        else if (value.Message.Length > 0)
        {
            Clear();
            Console.Error.WriteLine(value.Message);
        }
    }

    private static string Metrics(TrainProgress value)
    {
        string[] shown = ["loss", "rewards/chosen", "rewards/rejected", "rewards/accuracies", "grad_norm"];
        return string.Join(", ", shown.Where(value.Metrics.ContainsKey).Select(name => string.Create(CultureInfo.InvariantCulture, $"{name} {value.Metrics[name]:0.0000}")));
    }

    private void Show(string text)
    {
        if (!Ui.IsLive)
        {
            Console.Error.WriteLine(text);
            return;
        }

        Console.Error.Write($"\r{text.PadRight(_width)}");
        _width = text.Length;
    }

    private void Clear()
    {
        if (Ui.IsLive && _width > 0)
        {
            Console.Error.Write($"\r{new string(' ', _width)}\r");
            _width = 0;
        }
    }
}
