using System.Text.Json;
using Praline.Data;
using Praline.Preferences;

namespace Praline.Studio.Library;

/// <summary>A file or folder of preference rows below the root.</summary>
/// <param name="Id">Its path relative to the root, with <c>/</c>: its name in links.</param>
/// <param name="Path">Its absolute path.</param>
/// <param name="Changed">When it was last written, UTC.</param>
/// <param name="Bytes">Its size.</param>
public sealed record DataSetEntry(string Id, string Path, DateTime Changed, long Bytes)
{
    /// <summary>The stage files beside it, where <c>praline build</c> made it.</summary>
    public DataFiles Files { get; } = new(System.IO.Path.GetDirectoryName(Path)!);
}

/// <summary>A stage of <c>praline build</c> in a folder.</summary>
/// <param name="Name">What the stage makes.</param>
/// <param name="Rows">Rows so far.</param>
/// <param name="Running">Whether its journal is still open: it works now, or it was stopped in the middle.</param>
public sealed record StageEntry(string Name, int Rows, bool Running);

/// <summary>A folder that <c>praline build</c> writes.</summary>
/// <param name="Id">Its path relative to the root.</param>
/// <param name="Stages">Its stages, in order; those that have begun.</param>
/// <param name="Rejected">Items that no stage could use.</param>
/// <param name="Asked">Questions to judges that were answered and stored.</param>
/// <param name="Changed">When anything in it was last written, UTC.</param>
public sealed record BuildEntry(string Id, IReadOnlyList<StageEntry> Stages, int Rejected, int Asked, DateTime Changed);

/// <summary>A training run.</summary>
/// <param name="Id">Its path relative to the root.</param>
/// <param name="Path">Its absolute path.</param>
/// <param name="Method">The training method.</param>
/// <param name="Steps">Optimizer steps so far.</param>
/// <param name="Finished">Whether its summary is written.</param>
/// <param name="LeftOut">Rows that it did not train on.</param>
/// <param name="Changed">When it last wrote, UTC.</param>
public sealed record RunEntry(string Id, string Path, string Method, int Steps, bool Finished, int LeftOut, DateTime Changed);

/// <summary>A report: <c>report.json</c>, with <c>report.html</c> beside it.</summary>
/// <param name="Id">Its path relative to the root.</param>
/// <param name="Path">Its absolute path.</param>
/// <param name="Title">Its title.</param>
/// <param name="Schema">What kind of report it is.</param>
/// <param name="Changed">When it was written, UTC.</param>
public sealed record ReportEntry(string Id, string Path, string Title, string Schema, DateTime Changed);

/// <summary>What lies below the root at one moment.</summary>
public sealed record WorkspaceContent(
    IReadOnlyList<DataSetEntry> DataSets, IReadOnlyList<BuildEntry> Builds, IReadOnlyList<RunEntry> Runs, IReadOnlyList<ReportEntry> Reports);

/// <summary>
/// Finds data sets, runs and reports below the root. Links are not followed; hidden folders, checkpoints and caches are passed over. Only what was found
/// here can be named in a link to the studio.
/// </summary>
public sealed class Workspace(StudioOptions options)
{
    private const int MaxDepth = 8;
    private const int MaxFolders = 5_000;
    private static readonly string[] StageFiles =
        ["clips.jsonl", "short_generation.jsonl", "long_generation.jsonl", "scores.jsonl", "rejected.jsonl", "metrics.jsonl", "timing.jsonl", "left_out.jsonl"];

    private static readonly string[] Endings = [".jsonl", ".json", ".parquet", ".jsonl.gz", ".jsonl.zst"];
    private readonly Dictionary<string, (DateTime Changed, long Bytes, bool IsData)> _looked = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <summary>The root, absolute.</summary>
    public string Root { get; } = Path.GetFullPath(options.Root);

    /// <summary>Looks at the disk now.</summary>
    public WorkspaceContent Scan()
    {
        lock (_lock)
        {
            var (data, builds, runs, reports) = (new List<DataSetEntry>(), new List<BuildEntry>(), new List<RunEntry>(), new List<ReportEntry>());
            foreach (var folder in Folders())
            {
                var files = Files(folder);
                if (files.Any(f => f.Name is "metrics.jsonl"))
                {
                    runs.Add(Run(folder, files));
                }

                if (files.Any(f => f.Name is "clips.jsonl" or "short_generation.jsonl" or "long_generation.jsonl" || f.Name.StartsWith("clips.jsonl.", StringComparison.Ordinal)))
                {
                    builds.Add(Build(folder, files));
                }

                reports.AddRange(files.Where(f => f.Name == "report.json").Select(Report).OfType<ReportEntry>());
                data.AddRange(files.Where(IsDataSet).Select(f => new DataSetEntry(IdOf(f.FullName), f.FullName, f.LastWriteTimeUtc, f.Length)));
            }

            return new WorkspaceContent(data, builds, runs, reports);
        }
    }

    /// <summary>A data set by its name in a link; null when there is none.</summary>
    public DataSetEntry? DataSet(string? id) => id is null ? null : Scan().DataSets.FirstOrDefault(d => d.Id == id);

    private string IdOf(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    private IEnumerable<string> Folders()
    {
        var queue = new Queue<(string Path, int Depth)>([(Root, 0)]);
        for (var seen = 0; queue.Count > 0 && seen < MaxFolders; seen++)
        {
            var (path, depth) = queue.Dequeue();
            yield return path;
            if (depth == MaxDepth)
            {
                continue;
            }

            foreach (var child in Quietly(() => new DirectoryInfo(path).GetDirectories()) ?? [])
            {
                if (child.LinkTarget is null && !child.Name.StartsWith('.') && child.Name is not ("checkpoints" or "vision-cache" or "node_modules" or "bin" or "obj"))
                {
                    queue.Enqueue((child.FullName, depth + 1));
                }
            }
        }
    }

    private static FileInfo[] Files(string folder) =>
        [.. (Quietly(() => new DirectoryInfo(folder).GetFiles()) ?? []).Where(f => f.LinkTarget is null).OrderBy(f => f.Name, StringComparer.Ordinal)];

    /// <summary>Whether a file's first row is one that <see cref="Praline.Data"/> gives a pair of. Looked at once per change.</summary>
    private bool IsDataSet(FileInfo file)
    {
        if (StageFiles.Contains(file.Name) || !Endings.Any(e => file.Name.EndsWith(e, StringComparison.OrdinalIgnoreCase)) || file.Length == 0)
        {
            return false;
        }

        if (!_looked.TryGetValue(file.FullName, out var known) || known.Changed != file.LastWriteTimeUtc || known.Bytes != file.Length)
        {
            var isData = Quietly(() => Praline.Data.DataSet.Open(file.FullName, new DataOptions { FindMedia = false })
                .Read().Take(3).Any(row => row.Value is { HasPair: true })) == true;
            _looked[file.FullName] = known = (file.LastWriteTimeUtc, file.Length, isData);
        }

        return known.IsData;
    }

    private BuildEntry Build(string folder, FileInfo[] files)
    {
        var stages = new List<StageEntry>();
        foreach (var (name, file) in new[]
        {
            ("clips", "clips.jsonl"), ("clip captions", "short_generation.jsonl"), ("candidates", "long_generation.jsonl"), ("scores", "scores.jsonl"), ("pairs", "pairs.jsonl"),
        })
        {
            var journal = files.FirstOrDefault(f => f.Name.StartsWith(file + ".journal", StringComparison.Ordinal));
            var done = files.FirstOrDefault(f => f.Name == file);
            if ((journal ?? done) is { } counted)
            {
                stages.Add(new StageEntry(name, Lines(counted), journal is not null));
            }
        }

        return new BuildEntry(
            IdOf(folder), stages, files.FirstOrDefault(f => f.Name == "rejected.jsonl") is { } rejected ? Lines(rejected) : 0,
            Answers(new DataFiles(folder).Judgements), files.Max(f => f.LastWriteTimeUtc));
    }

    private static int Answers(string store)
    {
        if (!File.Exists(store))
        {
            return 0;
        }

        return Quietly(() =>
        {
            using var connection = Sqlite.Open(store, readOnly: true);
            return (int)(connection.Value<long?>("SELECT count(*) FROM sqlite_master WHERE name = 'answers'") > 0
                ? connection.Value<long?>("SELECT count(*) FROM answers") ?? 0 : 0);
        });
    }

    private RunEntry Run(string folder, FileInfo[] files)
    {
        var config = files.FirstOrDefault(f => f.Name == "config.json") is { } file ? Json(file.FullName) : null;
        var method = config?.TryGetProperty("method", out var name) == true ? name.GetString() ?? "" : "";
        return new RunEntry(
            IdOf(folder), folder, method, Lines(files.First(f => f.Name == "metrics.jsonl")), files.Any(f => f.Name == "summary.json"),
            files.FirstOrDefault(f => f.Name == "left_out.jsonl") is { } left ? Lines(left) : 0, files.Max(f => f.LastWriteTimeUtc));
    }

    private ReportEntry? Report(FileInfo file) => Json(file.FullName) is { ValueKind: JsonValueKind.Object } report
        && report.TryGetProperty("schema", out var schema) && schema.ValueKind == JsonValueKind.String
        ? new ReportEntry(
            IdOf(file.FullName), file.FullName, report.TryGetProperty("title", out var title) ? title.ToString() : file.Directory!.Name, schema.GetString()!, file.LastWriteTimeUtc)
        : null;

    private static JsonElement? Json(string path) => Quietly(() =>
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var document = JsonDocument.Parse(stream);
        return (JsonElement?)document.RootElement.Clone();
    });

    private static int Lines(FileInfo file) => Quietly(() =>
    {
        using var stream = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var (count, buffer) = (0, new byte[1 << 16]);
        while (stream.Read(buffer) is > 0 and var read)
        {
            count += buffer.AsSpan(0, read).Count((byte)'\n');
        }

        return count;
    });

    /// <summary>What another process deletes, locks or writes at this moment is looked at again with the next scan.</summary>
    private static T? Quietly<T>(Func<T> look)
    {
        try
        {
            return look();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException or PralineException or Microsoft.Data.Sqlite.SqliteException)
        {
            return default;
        }
    }
}
