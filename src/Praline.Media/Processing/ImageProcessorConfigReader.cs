using System.Text.Json;

namespace Praline.Media;

/// <summary>Reads the keys of a preprocessor_config.json one by one, so that an error can name the key.</summary>
internal static class ImageProcessorConfigReader
{
    private const int LargestSide = 4096;

    public static ImageProcessorConfig Read(JsonElement root, string name)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw Problem(name, "an object", root, "the whole file");
        }

        var type = ProcessorType(root, name);
        var keys = new Keys(root, name);
        var defaults = ImageProcessor.DefaultsOf(type);
        var (minPixels, maxPixels) = PixelBounds(keys, defaults);
        return new ImageProcessorConfig
        {
            Type = type,
            DoResize = keys.Flag("do_resize", defaults.DoResize),
            Size = keys.Size("size", defaults),
            Resample = (ResizeFilter)keys.Integer("resample", (int)defaults.Resample, 0, 5),
            DoCenterCrop = keys.Flag("do_center_crop", defaults.DoCenterCrop),
            CropSize = keys.Crop("crop_size", defaults.CropSize),
            DoRescale = keys.Flag("do_rescale", defaults.DoRescale),
            RescaleFactor = keys.Number("rescale_factor", defaults.RescaleFactor, 1e-9, 1e3),
            DoNormalize = keys.Flag("do_normalize", defaults.DoNormalize),
            ImageMean = keys.Triple("image_mean", defaults.ImageMean, mayBeZero: true),
            ImageStd = keys.Triple("image_std", defaults.ImageStd, mayBeZero: false),
            ImageGridPinpoints = keys.Pairs("image_grid_pinpoints", defaults.ImageGridPinpoints),
            DoPad = keys.Flag("do_pad", defaults.DoPad),
            MinPixels = minPixels,
            MaxPixels = maxPixels,
            PatchSize = keys.Integer("patch_size", defaults.PatchSize, 1, LargestSide),
            TemporalPatchSize = keys.Integer("temporal_patch_size", defaults.TemporalPatchSize, 1, 64),
            MergeSize = keys.Integer("merge_size", defaults.MergeSize, 1, 64),
        };
    }

    private static string ProcessorType(JsonElement root, string name)
    {
        // Checkpoints of 2022 have feature_extractor_type instead, with another ending.
        foreach (var key in new[] { "image_processor_type", "feature_extractor_type" })
        {
            if (root.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String)
            {
                var type = value.GetString()!.Replace("FeatureExtractor", "ImageProcessor", StringComparison.Ordinal);
                return type.EndsWith("Fast", StringComparison.Ordinal) ? type[..^4] : type.EndsWith("Pil", StringComparison.Ordinal) ? type[..^3] : type;
            }
        }

        throw new MediaException(
            name, "the key image_processor_type", "none", "Add it: one of " + string.Join(", ", ImageProcessor.KnownTypes) + ".");
    }

    private static (long Min, long Max) PixelBounds(Keys keys, ImageProcessorConfig defaults)
    {
        // Newer files hold these bounds in "size", under names that mean something else everywhere else.
        var (min, max) = (keys.Whole("min_pixels", 0), keys.Whole("max_pixels", 0));
        if (keys.Find("size") is { ValueKind: JsonValueKind.Object } size && size.TryGetProperty("longest_edge", out _))
        {
            var inner = new Keys(size, keys.Name);
            min = min > 0 ? min : inner.Whole("shortest_edge", 0);
            max = max > 0 ? max : inner.Whole("longest_edge", 0);
        }

        return (min > 0 ? min : defaults.MinPixels, max > 0 ? max : defaults.MaxPixels);
    }

    private static MediaException Problem(string name, string expected, JsonElement found, string key)
    {
        var text = found.GetRawText();
        text = text.Length > 60 ? text[..60] + "..." : text;
        return new MediaException(name, $"{expected} at {key}", text, "Correct the value, or remove the key to have its default.");
    }

    private sealed class Keys(JsonElement root, string name)
    {
        public string Name => name;

        public JsonElement? Find(string key) =>
            root.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

        public bool Flag(string key, bool otherwise) => Find(key) is not { } value ? otherwise : value.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Problem(name, "true or false", value, key),
        };

        public int Integer(string key, int otherwise, int least, int most)
        {
            if (Find(key) is not { } value)
            {
                return otherwise;
            }

            return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most
                ? number
                : throw Problem(name, $"a whole number from {least} to {most}", value, key);
        }

        public long Whole(string key, long otherwise) => Find(key) is not { } value ? otherwise
            : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number > 0 ? number
            : throw Problem(name, "a whole number above 0", value, key);

        public double Number(string key, double otherwise, double least, double most) => Find(key) is not { } value ? otherwise
            : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && number >= least && number <= most ? number
            : throw Problem(name, FormattableString.Invariant($"a number from {least} to {most}"), value, key);

        public ImageSize Size(string key, ImageProcessorConfig defaults)
        {
            switch (Find(key))
            {
                case null:
                    return defaults.Size;
                case { ValueKind: JsonValueKind.Number }:
                    var edge = Integer(key, 0, 1, LargestSide);
                    return defaults.Size.ShortestEdge > 0 ? ImageSize.Shortest(edge) : ImageSize.Exact(edge, edge);
                case { ValueKind: JsonValueKind.Object } size when size.TryGetProperty("longest_edge", out _):
                    return defaults.Size;  // bounds on the number of pixels, read elsewhere
                case { ValueKind: JsonValueKind.Object } size when size.TryGetProperty("shortest_edge", out _):
                    return ImageSize.Shortest(new Keys(size, name).Integer("shortest_edge", 0, 1, LargestSide));
                case { ValueKind: JsonValueKind.Object } size when size.TryGetProperty("height", out _) && size.TryGetProperty("width", out _):
                    var sides = new Keys(size, name);
                    return ImageSize.Exact(sides.Integer("height", 0, 1, LargestSide), sides.Integer("width", 0, 1, LargestSide));
                case { } other:
                    throw Problem(name, "a number, {shortest_edge} or {height, width}", other, key);
            }
        }

        public (int Height, int Width) Crop(string key, (int Height, int Width) otherwise)
        {
            if (Find(key) is not { } value)
            {
                return otherwise;
            }

            if (value.ValueKind == JsonValueKind.Number)
            {
                var side = Integer(key, 0, 1, LargestSide);
                return (side, side);
            }

            if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("height", out _) && value.TryGetProperty("width", out _))
            {
                var sides = new Keys(value, name);
                return (sides.Integer("height", 0, 1, LargestSide), sides.Integer("width", 0, 1, LargestSide));
            }

            throw Problem(name, "a number or {height, width}", value, key);
        }

        public IReadOnlyList<float> Triple(string key, IReadOnlyList<float> otherwise, bool mayBeZero)
        {
            if (Find(key) is not { } value)
            {
                return otherwise;
            }

            var numbers = value.ValueKind == JsonValueKind.Array
                ? value.EnumerateArray().Select(v => v.ValueKind == JsonValueKind.Number ? (float)v.GetDouble() : float.NaN).ToArray()
                : [];
            return numbers.Length == 3 && numbers.All(n => Math.Abs(n) <= 1e4 && (mayBeZero || Math.Abs(n) >= 1e-4))
                ? numbers
                : throw Problem(name, mayBeZero ? "three numbers from -10000 to 10000" : "three numbers from 0.0001 to 10000", value, key);
        }

        public IReadOnlyList<(int Height, int Width)> Pairs(string key, IReadOnlyList<(int Height, int Width)> otherwise)
        {
            if (Find(key) is not { } value)
            {
                return otherwise;
            }

            var pairs = new List<(int, int)>();
            foreach (var pair in value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().ToArray() : [])
            {
                var sides = pair.ValueKind == JsonValueKind.Array
                    ? pair.EnumerateArray().Select(v => v.ValueKind == JsonValueKind.Number && v.TryGetInt32(out var n) ? n : 0).ToArray()
                    : [];
                if (sides.Length != 2 || sides.Any(s => s < 1 || s > LargestSide))
                {
                    throw Problem(name, "pairs of height and width", pair, key);
                }

                pairs.Add((sides[0], sides[1]));
            }

            return pairs.Count > 0 ? pairs : throw Problem(name, "a list of pairs of height and width", value, key);
        }
    }
}
