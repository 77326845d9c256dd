using Praline.Data.Rows;

namespace Praline.Data.Formats;

/// <summary>The ways in which rows name media: a path, a URL, <c>{bytes, path}</c>, bare bytes, a part of a message, or lists of these.</summary>
internal static class MediaFields
{
    private static readonly string[] VideoFields = ["videos", "video"], ImageFields = ["images", "image"];

    /// <summary>The media that a row names beside its texts: <c>videos</c>, <c>video</c>, <c>images</c>, <c>image</c>; videos first.</summary>
    internal static IReadOnlyList<MediaReference> Beside(Row row) =>
        [.. Of(row, isVideo: true, VideoFields), .. Of(row, isVideo: false, ImageFields)];

    /// <summary>The media under the first of some names that is there; a second one would say the same again or something else, and is refused.</summary>
    internal static IReadOnlyList<MediaReference> Of(Row row, bool isVideo, params string[] names)
    {
        var found = names.Where(n => row.Find(n) is not null and not FieldValue.List { Items.Count: 0 } and not FieldValue.Text { Value: "" }).ToArray();
        return found switch
        {
            [] => [],
            [var name] => Several(row, name, row.Find(name)!, isVideo),
            _ => throw row.Error(found[1], $"the {(isVideo ? "videos" : "images")} under one name", $"both {found[0]} and {found[1]}", "Keep one of the two."),
        };
    }

    /// <summary>The medium that a message's part names itself; null when its file stands elsewhere in the row.</summary>
    internal static MediaReference? InPart(Row part, bool isVideo, params string[] names)
    {
        foreach (var name in names)
        {
            if (part.Find(name) is { } value)
            {
                return value is FieldValue.Map map && map.Fields.ContainsKey("url")
                    ? Named(part, $"{name}.url", part.Object(name).Text("url"), isVideo)
                    : name == "base64" ? Named(part, name, "data:;base64," + part.Text(name), isVideo)
                    : One(part, name, value, isVideo);
            }
        }

        return null;
    }

    /// <summary>A row with bytes in place of the data: URLs of its media fields.</summary>
    internal static FieldValue.Map WithBytes(FieldValue.Map row)
    {
        return new FieldValue.Map(row.Fields.ToDictionary(
            f => f.Key, f => VideoFields.Contains(f.Key) || ImageFields.Contains(f.Key) || f.Key == "img_path" ? Replaced(f.Value) : f.Value, StringComparer.Ordinal));

        static FieldValue Replaced(FieldValue value) => value switch
        {
            FieldValue.List list => new FieldValue.List([.. list.Items.Select(Replaced)]),
            FieldValue.Text { Value: var url } when url.StartsWith("data:", StringComparison.Ordinal) =>
                new FieldValue.Bytes(MediaSpool.Current.Add(Convert.FromBase64String(url[(url.IndexOf(',', StringComparison.Ordinal) + 1)..]))),
            _ => value,
        };
    }

    private static IReadOnlyList<MediaReference> Several(Row row, string field, FieldValue value, bool isVideo) => value is FieldValue.List list
        ? [.. list.Items.Select((item, i) => One(row, $"{field}[{i}]", item, isVideo))]
        : [One(row, field, value, isVideo)];

    private static MediaReference One(Row row, string field, FieldValue value, bool isVideo)
    {
        var range = row.Has("frame_range") && isVideo ? Range(row) : null;
        switch (value)
        {
            case FieldValue.Text text:
                return Named(row, field, text.Value, isVideo) with { Range = range };
            case FieldValue.Bytes bytes:
                return new MediaReference { IsVideo = isVideo, Name = "", Embedded = bytes.Media, Range = range };
            case FieldValue.Map map:
                var file = row.Child(field, map);
                var path = file.OptionalText("path");
                return file.Find("bytes") switch
                {
                    FieldValue.Bytes bytes => new MediaReference { IsVideo = isVideo, Name = path ?? "", Embedded = bytes.Media, Range = range },
                    null when path is not null => Named(row, field, path, isVideo) with { Range = range },
                    FieldValue.Text => throw file.Error("bytes", "bytes (in Parquet), or no bytes but a path", "a text", "In JSON, write a path or a data: URL."),
                    _ => throw file.Error("path", "bytes or a path", "neither"),
                };
            default:
                throw row.Error(field, "a path, a URL or {bytes, path}", value.Describe());
        }
    }

    private static MediaReference Named(Row row, string field, string name, bool isVideo)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            throw row.Error(field, "a path or a URL", "an empty text");
        }

        if (!name.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
        {
            return new MediaReference { IsVideo = isVideo, Name = name };
        }

        var comma = name.IndexOf(',', StringComparison.Ordinal);
        var head = comma < 0 ? "" : name[..comma];
        if (!head.EndsWith(";base64", StringComparison.OrdinalIgnoreCase))
        {
            throw row.Error(field, "a data: URL in base64 (data:image/png;base64,...)", head.Length is > 0 and <= 40 ? head : "another form");
        }

        var bytes = new byte[((name.Length - comma) * 3 / 4) + 3];
        return Convert.TryFromBase64String(name[(comma + 1)..], bytes, out var length) && length > 0
            ? new MediaReference { IsVideo = isVideo, Name = "", Embedded = MediaSpool.Current.Add(bytes.AsSpan(0, length)) }
            : throw row.Error(field, "base64 after the comma of a data: URL", "something else");
    }

    private static FrameRange? Range(Row row) =>
        row.Find("frame_range") is FieldValue.List { Items: [FieldValue.Number first, FieldValue.Number last] }
            && first.Value == (int)first.Value && last.Value == (int)last.Value && first.Value >= 0 && last.Value >= first.Value
            ? new FrameRange((int)first.Value, (int)last.Value)
            : throw row.Error("frame_range", "[first, last] with 0 ≤ first ≤ last", row.Find("frame_range")!.Describe());
}
