namespace Praline.Media;

/// <summary>Pillow's resampling filters, with its numbers, which are those of <c>resample</c> in preprocessor_config.json.</summary>
public enum ResizeFilter
{
    /// <summary>The pixel under the centre.</summary>
    Nearest = 0,

    /// <summary>Lanczos windowed sinc, 3 lobes.</summary>
    Lanczos = 1,

    /// <summary>Triangle.</summary>
    Bilinear = 2,

    /// <summary>Cubic convolution with a = -0.5.</summary>
    Bicubic = 3,

    /// <summary>The mean of the pixels under the new pixel.</summary>
    Box = 4,

    /// <summary>Hamming windowed sinc, 1 lobe.</summary>
    Hamming = 5,
}
