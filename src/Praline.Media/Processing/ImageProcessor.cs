namespace Praline.Media;

/// <summary>Turns images into what a vision model takes, by the steps that a checkpoint's preprocessor_config.json lists.</summary>
public abstract class ImageProcessor
{
    private readonly float[] _values;

    private protected ImageProcessor(ImageProcessorConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        _values = Normalization.Table(config);
    }

    /// <summary>The steps.</summary>
    public ImageProcessorConfig Config { get; }

    /// <summary>The values of <c>image_processor_type</c> that <see cref="Create"/> knows.</summary>
    public static IReadOnlyList<string> KnownTypes { get; } =
        ["CLIPImageProcessor", "LlavaImageProcessor", "SiglipImageProcessor", "LlavaNextImageProcessor", "Qwen2VLImageProcessor"];

    /// <summary>The processor of a checkpoint's folder, or of a preprocessor_config.json.</summary>
    /// <exception cref="MediaException">See <see cref="ImageProcessorConfig.Load"/>; also a type that isn't known.</exception>
    public static ImageProcessor Load(string path) => Create(ImageProcessorConfig.Load(path), path);

    /// <summary>The processor that the configuration's type names.</summary>
    /// <param name="config">The steps.</param>
    /// <param name="name">What to call it in an error.</param>
    public static ImageProcessor Create(ImageProcessorConfig config, string name = "preprocessor_config.json")
    {
        ArgumentNullException.ThrowIfNull(config);
        return config.Type switch
        {
            "CLIPImageProcessor" or "LlavaImageProcessor" => new ClipImageProcessor(config),
            "SiglipImageProcessor" => new SiglipImageProcessor(config),
            "LlavaNextImageProcessor" => new LlavaNextImageProcessor(config),
            "Qwen2VLImageProcessor" or "Qwen2_5_VLImageProcessor" => new Qwen2VlImageProcessor(config),
            _ => throw new MediaException(
                name,
                "image_processor_type to be one of " + string.Join(", ", KnownTypes),
                config.Type,
                "Use a checkpoint of a kind that Praline knows."),
        };
    }

    /// <summary>What a processor's class has where its configuration is silent.</summary>
    internal static ImageProcessorConfig DefaultsOf(string type)
    {
        var config = new ImageProcessorConfig { Type = type };
        return type switch
        {
            "SiglipImageProcessor" => config with
            {
                Size = ImageSize.Exact(224, 224),
                DoCenterCrop = false,
                ImageMean = [0.5f, 0.5f, 0.5f],
                ImageStd = [0.5f, 0.5f, 0.5f],
            },
            "LlavaImageProcessor" => config with { DoPad = false },
            _ => config,
        };
    }

    /// <summary>Rescales and normalises one image to [3, H, W].</summary>
    private protected void Normalize(RgbImage image, Span<float> output) => Normalization.ToPlanes(image, _values, output);

    /// <summary>The normalised values of the 256 byte values of a channel.</summary>
    private protected ReadOnlySpan<float> ValuesOf(int channel) => _values.AsSpan(channel * 256, 256);
}
