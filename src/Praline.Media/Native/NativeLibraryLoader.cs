using System.Reflection;
using System.Runtime.InteropServices;

namespace Praline.Media;

/// <summary>Finds <c>libpraline_media.so</c>, and says where it looked when there is none.</summary>
internal static class NativeLibraryLoader
{
    /// <summary>The name that <see cref="LibraryImportAttribute"/>s use.</summary>
    public const string Library = "praline_media";

    private static readonly Lock Gate = new();
    private static bool _registered;

    /// <summary>The file that was loaded, or null before the first call into it.</summary>
    public static string? LoadedFrom { get; private set; }

    /// <summary>Makes calls to <see cref="Library"/> resolve through this class. Cheap after the first time.</summary>
    public static void Register()
    {
        lock (Gate)
        {
            if (!_registered)
            {
                NativeLibrary.SetDllImportResolver(typeof(NativeLibraryLoader).Assembly, Resolve);
                _registered = true;
            }
        }
    }

    /// <summary>Where the library may lie, best first: beside the program, in <c>PRALINE_NATIVE</c>, in a checkout's build folder.</summary>
    internal static IEnumerable<string> Candidates(string baseDirectory, string? given)
    {
        const string file = "lib" + Library + ".so";
        yield return Path.Combine(baseDirectory, file);
        if (!string.IsNullOrEmpty(given))
        {
            yield return Path.Combine(given, file);
        }

        if (NativeFolder.OfCheckout(baseDirectory) is { } built)
        {
            yield return Path.Combine(built, file);
        }
    }

    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name != Library)
        {
            return IntPtr.Zero;
        }

        var candidates = Candidates(AppContext.BaseDirectory, Environment.GetEnvironmentVariable("PRALINE_NATIVE")).ToList();
        foreach (var candidate in candidates.Where(File.Exists))
        {
            try
            {
                var handle = NativeLibrary.Load(candidate);
                LoadedFrom = candidate;
                return handle;
            }
            catch (DllNotFoundException problem)
            {
                throw new MediaException(
                    candidate,
                    "Praline's media library with the FFmpeg libraries that it was built with",
                    problem.Message,
                    "Run ./praline or ./test once: they install FFmpeg's libraries and build it again.",
                    problem);
            }
        }

        throw new MediaException(
            "lib" + Library + ".so",
            "Praline's media library in one of:\n  " + string.Join("\n  ", candidates) + "\n",
            "none of these files",
            "Run ./praline or ./test once, which build it where FFmpeg's, libjpeg's and libwebp's development files are installed, or set PRALINE_NATIVE to the folder that holds it.");
    }
}
