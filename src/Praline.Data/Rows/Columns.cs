using System.Text.RegularExpressions;

namespace Praline.Data.Rows;

/// <summary>Fields that are renamed or left out before a format sees them, and those that no format knows.</summary>
internal static partial class Columns
{
    /// <summary>Fields that change what a row means and that nothing here can honour.</summary>
    private static readonly Dictionary<string, string> Refused = new(StringComparer.Ordinal)
    {
        ["tools"] = "tools for the model to call",
        ["objects"] = "boxes of objects in the images",
        ["rejected_images"] = "other images for the rejected answer",
        ["rejected_videos"] = "other videos for the rejected answer",
    };

    /// <summary>A row's fields under their new names, without those that are left out.</summary>
    /// <exception cref="DataException">A field that is to be renamed is missing, or its new name is taken.</exception>
    internal static FieldValue.Map Renamed(FieldValue.Map map, SampleSource source, DataOptions options)
    {
        if (options.Columns.Count == 0 && options.IgnoredColumns.Count == 0)
        {
            return map;
        }

        foreach (var (to, from) in options.Columns.Where(c => !map.Fields.ContainsKey(c.Value)))
        {
            throw new DataException(new DataProblem(
                source, from, $"the field that --column renames to {to}", $"no such field; the fields here are {string.Join(", ", map.Fields.Keys)}", "Correct --column."));
        }

        var fields = new Dictionary<string, FieldValue>(StringComparer.Ordinal);
        foreach (var (name, value) in map.Fields.Where(f => !options.IgnoredColumns.Contains(f.Key)))
        {
            var to = options.Columns.FirstOrDefault(c => c.Value == name).Key ?? name;
            if (!fields.TryAdd(to, value))
            {
                throw new DataException(new DataProblem(source, to, "one field of the name", $"it and {name}, which --column renames to it", "Rename or ignore the other one."));
            }
        }

        return new FieldValue.Map(fields);
    }

    /// <summary>Refuses a field that no format knows if it may be a medium, or changes what the row means.</summary>
    /// <exception cref="DataException">It looks like a medium.</exception>
    internal static void RequireHarmless(Sample sample, string path, string field, FieldValue value)
    {
        if (Refused.TryGetValue(field, out var meaning) && !IsEmpty(value))
        {
            throw new DataException(sample.Problem(path, "a row without it", meaning, "It can't be honoured here: leave the row out, or the field with --ignore-column."));
        }

        if (LooksLikeMedia(field, value, sample.Media.Any()))
        {
            throw new DataException(sample.Problem(
                path, $"media under a name that the format {sample.Format} knows", $"a field that looks like media ({value.Describe()})",
                "Rename it with --column NEW=OLD (to image, images, video or videos), or leave it out with --ignore-column."));
        }
    }

    private static bool IsEmpty(FieldValue value) =>
        value is FieldValue.Null or FieldValue.Text { Value: "" or "[]" or "{}" } or FieldValue.List { Items.Count: 0 } or FieldValue.Map { Fields.Count: 0 };

    /// <summary>By its value (bytes, a file's name with the ending of media, a data: URL), or by its name. A name that ends as an id's does names no
    /// further medium where the row has media.</summary>
    internal static bool LooksLikeMedia(string name, FieldValue value, bool hasMedia) => value switch
    {
        FieldValue.Bytes => true,
        FieldValue.Text { Value.Length: > 0 } text => MediaValue().IsMatch(text.Value) || (MediaName().IsMatch(name) && !(hasMedia && MetadataName().IsMatch(name))),
        FieldValue.Number => MediaName().IsMatch(name) && !hasMedia,
        FieldValue.List list => list.Items.Any(item => LooksLikeMedia(name, item, hasMedia)),
        FieldValue.Map map => map.Fields.Any(f => LooksLikeMedia(f.Key, f.Value, hasMedia)) || (MediaName().IsMatch(name) && map.Fields.Count > 0),
        _ => false,
    };

    [GeneratedRegex(@"image|img|video|vid\b|clip|picture|photo|frame|audio|media|pixel|figure", RegexOptions.IgnoreCase)]
    private static partial Regex MediaName();

    [GeneratedRegex(@"(_id|_idx|_index|_source|_size|_width|_height|_count|_num|_type|_dataset|_split|_url_id|_license|_caption)s?$|^num_|^n_", RegexOptions.IgnoreCase)]
    private static partial Regex MetadataName();

    [GeneratedRegex(@"^\s*data:(image|video|audio)|^[^\n\r]{1,1024}\.(jpe?g|png|gif|webp|bmp|tiff?|mp4|mkv|webm|mov|avi|m4v|mpe?g|flv|wav|mp3|flac|ogg)\s*$", RegexOptions.IgnoreCase)]
    private static partial Regex MediaValue();
}
