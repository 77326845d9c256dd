using System.Text.Json;

namespace Praline.Data.Formats;

/// <summary>
/// LLaMA-Factory's <c>dataset_info.json</c>: which file an entry means, what its columns and roles are called. Named as <c>dataset_info.json#NAME</c>;
/// the name may be left out where there is one entry alone.
/// </summary>
internal static class LlamaFactoryInfo
{
    private const string FileName = "dataset_info.json";

    /// <summary>LLaMA-Factory's names of columns by the names that the codecs here have, for its two forms of rows.</summary>
    private static readonly (string Ours, string Theirs)[] ShareGpt =
    [
        ("conversations", "messages"), ("system", "system"), ("tools", "tools"), ("images", "images"), ("videos", "videos"), ("audios", "audios"),
        ("chosen", "chosen"), ("rejected", "rejected"), ("kto_tag", "kto_tag"),
    ];

    private static readonly (string Ours, string Theirs)[] Alpaca =
    [
        ("instruction", "prompt"), ("input", "query"), ("output", "response"), ("history", "history"), .. ShareGpt[1..],
    ];

    /// <summary>Whether a path names an entry.</summary>
    internal static bool Names(string path) => Path.GetFileName(path.Split('#')[0]) == FileName && File.Exists(path.Split('#')[0]);

    /// <summary>Opens the data set that an entry describes.</summary>
    /// <exception cref="PralineException">There is no such entry, or it is one that is not read here.</exception>
    internal static DataSet Open(string path, DataOptions options)
    {
        var info = path.Split('#')[0];
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(info));
            var names = json.RootElement.EnumerateObject().Select(e => e.Name).ToArray();
            var name = path.Contains('#', StringComparison.Ordinal) ? path[(path.IndexOf('#', StringComparison.Ordinal) + 1)..]
                : names is [var only] ? only
                : throw new PralineException($"{info} lists several data sets: name one as {info}#NAME, of {string.Join(", ", names)}.");
            var entry = json.RootElement.TryGetProperty(name, out var found) ? found
                : throw new PralineException($"{info} has no data set {name}: it lists {string.Join(", ", names)}.");
            var file = Text(entry, "file_name") ?? throw new PralineException($"{info}, {name}: expected file_name. Data sets on a hub are not fetched: download it, and name the file.");
            var (format, columns) = Text(entry, "formatting") switch
            {
                null or "alpaca" => ("alpaca", Alpaca),
                "sharegpt" when entry.TryGetProperty("ranking", out var ranking) && ranking.ValueKind == JsonValueKind.True => ("llama-factory", ShareGpt),
                "sharegpt" => ("llava", ShareGpt),
                var other => throw new PralineException($"{info}, {name}: expected the formatting alpaca or sharegpt, found {other}."),
            };
            return DataSet.Open(Path.Combine(Path.GetDirectoryName(info)!, file), options with
            {
                Format = options.Format ?? format,
                Columns = Renamed(entry, columns, options.Columns, $"{info}, {name}"),
                Tags = Tags(entry),
            });
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or IOException)
        {
            throw new PralineException($"{info} is not LLaMA-Factory's list of data sets: {error.Message}", error);
        }
    }

    private static Dictionary<string, string> Renamed(
        JsonElement entry, (string Ours, string Theirs)[] columns, IReadOnlyDictionary<string, string> given, string place)
    {
        var renamed = new Dictionary<string, string>(given, StringComparer.Ordinal);
        foreach (var column in entry.TryGetProperty("columns", out var named) ? named.EnumerateObject().ToArray() : [])
        {
            var ours = columns.FirstOrDefault(c => c.Theirs == column.Name).Ours
                ?? throw new PralineException($"{place}: expected the columns {string.Join(", ", columns.Select(c => c.Theirs))}, found {column.Name}.");
            if (column.Value.GetString() is { } theirs && theirs != ours)
            {
                renamed.TryAdd(ours, theirs);
            }
        }

        return renamed;
    }

    private static Messages.Names Tags(JsonElement entry)
    {
        string Tag(string name, string usual) => entry.TryGetProperty("tags", out var tags) && Text(tags, name) is { } tag ? tag : usual;
        return new Messages.Names(Tag("role_tag", "from"), Tag("content_tag", "value"))
        {
            Roles = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                [Tag("user_tag", "human")] = "user",
                [Tag("assistant_tag", "gpt")] = "assistant",
                [Tag("system_tag", "system")] = "system",
            },
        };
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
