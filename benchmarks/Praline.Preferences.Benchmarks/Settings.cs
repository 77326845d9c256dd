using System.Globalization;
using Praline.Models.Checkpoints;
using Praline.Models.Multimodal;
using Praline.SmallWorld;
using Praline.Torch;

namespace Praline.Preferences.Benchmarks;

/// <summary>Settings given as <c>key=value</c>, the model and the videos: by default the captioner that ships and videos of its small world.</summary>
internal sealed class Settings(string[] args) : IDisposable
{
    private readonly Dictionary<string, string> _values = args.Select(a => a.Split('=', 2)).ToDictionary(p => p[0], p => p[^1], StringComparer.Ordinal);
    private readonly string _folder = Directory.CreateTempSubdirectory("praline-benchmark-").FullName;

    public int Int(string key, int fallback) => _values.TryGetValue(key, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;

    /// <summary>A folder for this run, which is deleted at its end.</summary>
    public string Scratch(string name) => Path.Combine(_folder, name);

    public VisionLanguageModel Model() => VisionLanguageModel.Load(
        _values.GetValueOrDefault("model") ?? Shipped(), new LoadOptions { DType = DType.Float32, TokenKeptRatio = Int("kept_percent", 10) / 100.0 });

    /// <summary>The folder of the videos, and their files.</summary>
    public (string Folder, IReadOnlyList<VideoItem> Videos) Videos(int count)
    {
        var folder = _values.GetValueOrDefault("videos");
        if (folder is null)
        {
            SmallWorldData.WriteVideos(_folder, SmallWorldSplit.Preference, Int("count", count));
            folder = Path.Combine(_folder, "videos");
        }

        return (folder, [.. VideoFolder.Scan(folder).Take(Int("count", count))]);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Shipped()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "models", "small-captioner");
            if (Directory.Exists(path))
            {
                return path;
            }
        }

        throw new PralineException("models/small-captioner was not found. Name a checkpoint with model=FOLDER.");
    }
}
