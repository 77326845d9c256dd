using System.Diagnostics;
using System.Globalization;

namespace Praline.Cli;

/// <summary>
/// Shows how far long work is, with rate and remaining time: one line redrawn in place on a terminal, a plain line now and then
/// elsewhere. Safe to call from several threads.
/// </summary>
internal sealed class ProgressLine(string name, string unit)
{
    private static readonly TimeSpan LiveInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private TimeSpan _shownAt = TimeSpan.MinValue;
    private int _doneAtStart = -1;
    private int _width;

    /// <summary>Says that so many of so many are done; <paramref name="remark"/> is added as it is.</summary>
    public void Report(int done, int total, string remark = "")
    {
        lock (_lock)
        {
            if (_doneAtStart < 0)
            {
                _doneAtStart = done;
            }

            var now = _watch.Elapsed;
            var finished = done >= total;
            if (!finished && _shownAt != TimeSpan.MinValue && now - _shownAt < (Ui.IsLive ? LiveInterval : PlainInterval))
            {
                return;
            }

            _shownAt = now;
            Show(Describe(done, total, remark, now), finished);
        }
    }

    private string Describe(int done, int total, string remark, TimeSpan elapsed)
    {
        var rate = (done - _doneAtStart) / Math.Max(1e-3, elapsed.TotalSeconds);
        var remaining = rate > 0 && done < total ? $", {Duration(TimeSpan.FromSeconds((total - done) / rate))} left" : "";
        var speed = rate > 0 ? string.Create(CultureInfo.InvariantCulture, $", {rate:0.##} {unit}/s") : "";
        return $"{name}: {done} of {total} {unit}{speed}{remaining}{(remark.Length > 0 ? $", {remark}" : "")}";
    }

    private void Show(string text, bool finished)
    {
        if (!Ui.IsLive)
        {
            Console.Error.WriteLine(text);
            return;
        }

        Console.Error.Write($"\r{text.PadRight(_width)}{(finished ? "\n" : "")}");
        _width = text.Length;
    }

    private static string Duration(TimeSpan time) => time.TotalHours >= 1
        ? $"{(int)time.TotalHours} h {time.Minutes} min"
        : time.TotalMinutes >= 1 ? $"{time.Minutes} min {time.Seconds} s" : $"{time.Seconds} s";
}
