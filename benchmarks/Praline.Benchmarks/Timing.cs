using System.Diagnostics;

namespace Praline.Benchmarks;

/// <summary>Medians of repeated runs; things to compare are run in turn, so that what else the machine does meets both.</summary>
internal static class Timing
{
    /// <summary>Count the process's CPU time instead of the clock's: for one thread on a busy machine.</summary>
    internal static bool UseCpuTime { get; set; }

    /// <summary>The median seconds of each action.</summary>
    internal static double[] Medians(int rounds, params Action[] actions)
    {
        var seconds = actions.Select(_ => new List<double>()).ToArray();
        for (var round = -1; round < rounds; round++)
        {
            for (var i = 0; i < actions.Length; i++)
            {
                var start = Now();
                actions[i]();
                if (round >= 0)
                {
                    seconds[i].Add(Now() - start);
                }
            }
        }

        return [.. seconds.Select(list => list.Order().ElementAt(list.Count / 2))];
    }

    /// <summary>Seconds on the clock that is counted by.</summary>
    internal static double Now() => UseCpuTime
        ? Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds
        : Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;
}
