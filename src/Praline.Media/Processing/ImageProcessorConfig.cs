using System.Text.Json;
using Praline.Json;

namespace Praline.Media;

/// <summary>
/// <c>preprocessor_config.json</c> of a Hugging Face checkpoint. Keys that are absent have the defaults of the processor's class in
/// transformers 4.46; <c>size</c> and <c>crop_size</c> may be a number or a dictionary.
/// </summary>
public sealed record ImageProcessorConfig
{
    /// <summary>The class name, such as <c>CLIPImageProcessor</c>.</summary>
    public string Type { get; init; } = "CLIPImageProcessor";

    /// <summary>Resize at all.</summary>
    public bool DoResize { get; init; } = true;

    /// <summary>What to resize to.</summary>
    public ImageSize Size { get; init; } = ImageSize.Shortest(224);

    /// <summary>How to resize.</summary>
    public ResizeFilter Resample { get; init; } = ResizeFilter.Bicubic;

    /// <summary>Cut the middle out after resizing.</summary>
    public bool DoCenterCrop { get; init; } = true;

    /// <summary>How much of the middle.</summary>
    public (int Height, int Width) CropSize { get; init; } = (224, 224);

    /// <summary>Multiply by <see cref="RescaleFactor"/>.</summary>
    public bool DoRescale { get; init; } = true;

    /// <summary>By default 1/255.</summary>
    public double RescaleFactor { get; init; } = 1 / 255.0;

    /// <summary>Subtract the mean and divide by the deviation.</summary>
    public bool DoNormalize { get; init; } = true;

    /// <summary>Of R, G, B, after rescaling.</summary>
    public IReadOnlyList<float> ImageMean { get; init; } = ClipMean;

    /// <summary>Of R, G, B, after rescaling.</summary>
    public IReadOnlyList<float> ImageStd { get; init; } = ClipStd;

    /// <summary>LLaVA-NeXT: the canvases to choose from.</summary>
    public IReadOnlyList<(int Height, int Width)> ImageGridPinpoints { get; init; } =
        [(336, 672), (672, 336), (672, 672), (1008, 336), (336, 1008)];

    /// <summary>LLaVA-NeXT: batches get as many tiles per image as the image with the most. LLaVA: images are made square first.</summary>
    public bool DoPad { get; init; } = true;

    /// <summary>Qwen2-VL: an image has at least so many pixels after resizing.</summary>
    public long MinPixels { get; init; } = 56 * 56;

    /// <summary>Qwen2-VL: an image has at most so many pixels after resizing.</summary>
    public long MaxPixels { get; init; } = 28 * 28 * 1280;

    /// <summary>Qwen2-VL: side of a patch.</summary>
    public int PatchSize { get; init; } = 14;

    /// <summary>Qwen2-VL: frames per patch.</summary>
    public int TemporalPatchSize { get; init; } = 2;

    /// <summary>Qwen2-VL: patches per side that the model merges into one token.</summary>
    public int MergeSize { get; init; } = 2;

    /// <summary>OpenAI CLIP's mean.</summary>
    public static IReadOnlyList<float> ClipMean { get; } = [0.48145466f, 0.4578275f, 0.40821073f];

    /// <summary>OpenAI CLIP's deviation.</summary>
    public static IReadOnlyList<float> ClipStd { get; } = [0.26862954f, 0.26130258f, 0.27577711f];

    /// <summary>
    /// Reads <c>preprocessor_config.json</c>, or the part <c>image_processor</c> of a <c>processor_config.json</c>, which is what
    /// transformers 5 writes: the file itself, or the one in a checkpoint's folder.
    /// </summary>
    /// <exception cref="MediaException">No such file, no JSON, or a key with a value that can't be used.</exception>
    public static ImageProcessorConfig Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var file = Directory.Exists(path) ? FileIn(path) ?? Path.Combine(path, "preprocessor_config.json") : path;
        MediaChecks.RequireNonEmptyFile(file, "an image processor's configuration");
        return Parse(File.ReadAllBytes(file), file);
    }

    /// <summary>The file in a checkpoint's folder that describes its image processor; null when there is none.</summary>
    public static string? FileIn(string folder)
    {
        string unified = Path.Combine(folder, "processor_config.json"), own = Path.Combine(folder, "preprocessor_config.json");
        return HasImageProcessor(unified) ? unified : File.Exists(own) ? own : null;
    }

    /// <summary>Reads the JSON text.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="name">What to call it in an error.</param>
    public static ImageProcessorConfig Parse(ReadOnlyMemory<byte> json, string name = "preprocessor_config.json")
    {
        try
        {
            using var document = StrictJson.Parse(json);
            var root = document.RootElement;
            return ImageProcessorConfigReader.Read(InUnified(root) is { } inner ? inner : root, name);
        }
        catch (JsonException problem)
        {
            throw new MediaException(name, "JSON", problem.Message, "Fetch the file again.", problem);
        }
    }

    private static JsonElement? InUnified(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty("image_processor", out var inner) && inner.ValueKind == JsonValueKind.Object ? inner : null;

    /// <summary>Processors of earlier versions have a file of that name too, which describes the text's side alone.</summary>
    private static bool HasImageProcessor(string file)
    {
        if (!File.Exists(file))
        {
            return false;
        }

        try
        {
            using var document = StrictJson.Parse(File.ReadAllBytes(file));
            return InUnified(document.RootElement) is not null;
        }
        catch (JsonException problem)
        {
            throw new MediaException(file, "JSON", problem.Message, "Fetch the file again.", problem);
        }
    }
}
