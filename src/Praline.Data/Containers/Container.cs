using System.Text.Json;
using System.Text.RegularExpressions;

namespace Praline.Data.Containers;

/// <summary>The rows of whatever a path names: a JSON file, plain or compressed; a Parquet file; a folder of shards; a folder of <c>save_to_disk</c>.</summary>
internal static partial class Container
{
    internal static IEnumerable<RawRow> Rows(string path, DataOptions options) =>
        Directory.Exists(path) ? ArrowRows.Rows(Shards(path), options.MaxRowBytes)
        : Source(path) is { } columns ? ArrowRows.Rows([columns], options.MaxRowBytes)
        : JsonContainer.Rows(path, options.MaxRowBytes);

    private static ArrowSource? Source(string file) => Path.GetExtension(file).ToLowerInvariant() switch
    {
        ".parquet" => new ParquetFile(file),
        ".arrow" => new ArrowStreamFile(file),
        _ => null,
    };

    /// <summary>The files of a folder: those that <c>state.json</c> lists, or all Parquet files of one split.</summary>
    private static IReadOnlyList<ArrowSource> Shards(string folder)
    {
        if (File.Exists(Path.Combine(folder, "dataset_dict.json")))
        {
            throw new PralineException(
                $"{folder} holds several splits ({string.Join(", ", Directory.GetDirectories(folder).Select(Path.GetFileName).Order())}): name the folder of one, such as {folder}/train.");
        }

        if (File.Exists(Path.Combine(folder, "state.json")))
        {
            return Saved(folder);
        }

        string[] files = [.. Directory.GetFiles(folder, "*.parquet").Order(StringComparer.Ordinal)];
        if (files.Length == 0)
        {
            throw new PralineException($"{folder} holds no data set: expected Parquet files, or what datasets.save_to_disk writes (state.json and .arrow files).");
        }

        // The Hub names shards SPLIT-00000-of-00005.parquet.
        var shards = files.Select(f => Shard().Match(Path.GetFileName(f))).Where(m => m.Success).ToArray();
        if (shards.Select(m => m.Groups["split"].Value).Distinct().ToArray() is { Length: > 1 } splits)
        {
            throw new PralineException($"{folder} holds several splits ({string.Join(", ", splits)}): put the files of one into a folder of their own.");
        }

        if (shards.Length > 0 && int.Parse(shards[0].Groups["count"].Value) is var count && shards.Length != count)
        {
            throw new PralineException($"{folder} holds {shards.Length} of {count} shards: fetch the others, or name a single file.");
        }

        return [.. files.Select(f => new ParquetFile(f))];
    }

    private static IReadOnlyList<ArrowSource> Saved(string folder)
    {
        var state = Path.Combine(folder, "state.json");
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(state));
            if (json.RootElement.TryGetProperty("_indices_files", out var indices) && indices.ValueKind == JsonValueKind.Array && indices.GetArrayLength() > 0)
            {
                throw new PralineException($"{folder} was saved with an order of rows of its own: call flatten_indices() before save_to_disk.");
            }

            return [.. json.RootElement.GetProperty("_data_files").EnumerateArray().Select(f => f.GetProperty("filename").GetString()!).Select(name =>
                Path.GetFileName(name) == name && File.Exists(Path.Combine(folder, name))
                    ? new ArrowStreamFile(Path.Combine(folder, name))
                    : throw new PralineException($"{state} names the file {name}, which is not in the folder: copy the whole folder."))];
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or IOException)
        {
            throw new PralineException($"{state} is not what datasets.save_to_disk writes: {error.Message}", error);
        }
    }

    [GeneratedRegex(@"^(?<split>.+)-\d{5}-of-(?<count>\d{5})\.parquet$")]
    private static partial Regex Shard();
}
