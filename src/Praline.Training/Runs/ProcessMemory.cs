using System.Diagnostics;

namespace Praline.Training.Runs;

/// <summary>Memory of this process, as the operating system counts it.</summary>
public static class ProcessMemory
{
    /// <summary>What is resident now, in bytes.</summary>
    public static long Current => Environment.WorkingSet;

    /// <summary>The most that was resident at a time, in bytes.</summary>
    public static long Peak
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return process.PeakWorkingSet64;
        }
    }
}
