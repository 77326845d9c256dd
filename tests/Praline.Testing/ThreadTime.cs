using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Praline.Testing;

/// <summary>
/// How long this thread has computed: what limits on time are checked with, since on a busy machine the clock says more about the others.
/// </summary>
public static class ThreadTime
{
    private const int ThreadCpuTime = 3; // CLOCK_THREAD_CPUTIME_ID of Linux

    /// <summary>The processor time of the calling thread; elsewhere than on Linux the clock's.</summary>
    public static TimeSpan Now => OperatingSystem.IsLinux() && ClockGetTime(ThreadCpuTime, out var time) == 0
        ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromMicroseconds(time.Nanoseconds / 1000.0)
        : Stopwatch.GetElapsedTime(0);

    [DllImport("libc", EntryPoint = "clock_gettime")]
    private static extern int ClockGetTime(int clock, out TimeSpec time);

    private struct TimeSpec
    {
#pragma warning disable CS0649 // filled by the system
        public nint Seconds;
        public nint Nanoseconds;
#pragma warning restore CS0649
    }
}
