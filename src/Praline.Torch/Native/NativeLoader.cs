using System.Reflection;
using System.Runtime.InteropServices;

namespace Praline.Torch.Native;

/// <summary>
/// Finds <c>libpraline_torch</c>: in <c>$PRALINE_NATIVE</c>, beside the program, or in <c>artifacts/native</c> of the checkout that it was built in.
/// </summary>
internal static class NativeLoader
{
    private const string C = "libc";

    private static int _registered;

    /// <summary>The path that was loaded, for <c>praline doctor</c>; null before the first native call.</summary>
    internal static string? LoadedPath { get; private set; }

    internal static void Register()
    {
        if (Interlocked.Exchange(ref _registered, 1) == 0)
        {
            NativeLibrary.SetDllImportResolver(typeof(NativeLoader).Assembly, Resolve);
        }
    }

    /// <summary>Every place that is looked at, in order.</summary>
    internal static IEnumerable<string> Candidates(string fileName)
    {
        if (Environment.GetEnvironmentVariable("PRALINE_NATIVE") is { Length: > 0 } given)
        {
            yield return Path.Combine(given, fileName);
        }

        yield return Path.Combine(AppContext.BaseDirectory, fileName);
        if (NativeFolder.OfCheckout(AppContext.BaseDirectory) is { } built)
        {
            yield return Path.Combine(built, fileName);
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name == C)
        {
            return 0; // the system finds it
        }

        var fileName = OperatingSystem.IsWindows() ? $"{name}.dll" : OperatingSystem.IsMacOS() ? $"lib{name}.dylib" : $"lib{name}.so";
        foreach (var path in Candidates(fileName))
        {
            if (File.Exists(path))
            {
                ShortenSpinning();
                LoadedPath = path;
                return NativeLibrary.Load(path);
            }
        }

        throw new DllNotFoundException(
            $"{fileName} was not found (looked in $PRALINE_NATIVE, beside the program and in artifacts/native of the checkout it was built in). "
            + "Build it with ./praline doctor, or: cmake -S native -B artifacts/native-build && cmake --build artifacts/native-build");
    }

    /// <summary>
    /// GNU OpenMP's threads spin for milliseconds after every operator, which takes the processor from whatever else runs there: two trainings
    /// side by side would be many times slower. Some microseconds bridge the gap between operators. It reads this when it is loaded.
    /// </summary>
    private static void ShortenSpinning()
    {
        var isSet = new[] { "OMP_WAIT_POLICY", "GOMP_SPINCOUNT" }.Any(name => Environment.GetEnvironmentVariable(name) is { Length: > 0 });
        if (OperatingSystem.IsLinux() && !isSet)
        {
            _ = SetEnvironment("GOMP_SPINCOUNT", "2000", 1);
        }
    }

    /// <summary>.NET keeps environment variables to itself; native libraries read the C library's.</summary>
    [DllImport(C, EntryPoint = "setenv", CharSet = CharSet.Ansi, BestFitMapping = false)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetEnvironment(string name, string value, int overwrite);
}
