using Praline.Testing;

namespace Praline.Media.Tests;

/// <summary>Paths that several tests need.</summary>
internal static class TestFiles
{
    public static string Sample(string name) => Path.Combine(AppContext.BaseDirectory, "Samples", name);

    public static string Expected(string name) => Path.Combine(AppContext.BaseDirectory, "Expected", name);

    /// <summary>A file of the shared sample media, or null (with the reason printed) where there is none.</summary>
    public static string? Shared(params string[] parts)
    {
        if (Golden.SharedData() is not { } folder)
        {
            Console.WriteLine("No shared sample media: set PRALINE_DATA to their folder. Nothing tested here.");
            return null;
        }

        return Path.Combine([folder, .. parts]);
    }

    /// <summary>A new path in the temporary folder; deleted with its folder by <see cref="TemporaryFolder"/>.</summary>
    public static TemporaryFolder Temporary() => new();

    internal sealed class TemporaryFolder : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("praline-media-").FullName;

        public string this[string name] => Path.Combine(_folder, name);

        public string[] Files => [.. Directory.GetFiles(_folder).Select(f => Path.GetFileName(f)!)];

        public void Dispose() => Directory.Delete(_folder, recursive: true);
    }
}
