namespace Praline.Media;

/// <summary>Rescaling and normalising of bytes: only 256 values per channel can come out, so they are computed once.</summary>
internal static class Normalization
{
    /// <summary>[3, 256]: (byte · factor - mean) / deviation in single precision, as NumPy computes it in transformers.</summary>
    public static float[] Table(ImageProcessorConfig config)
    {
        var table = new float[3 * 256];
        for (var c = 0; c < 3; c++)
        {
            for (var value = 0; value < 256; value++)
            {
                var scaled = config.DoRescale ? (float)(value * config.RescaleFactor) : value;
                table[(c * 256) + value] = config.DoNormalize ? (scaled - config.ImageMean[c]) / config.ImageStd[c] : scaled;
            }
        }

        return table;
    }

    /// <summary>[H, W, 3] bytes to [3, H, W] values.</summary>
    public static void ToPlanes(RgbImage image, float[] table, Span<float> output)
    {
        var size = image.Width * image.Height;
        var red = output[..size];
        var green = output.Slice(size, size);
        var blue = output.Slice(2 * size, size);
        var pixels = image.Pixels.AsSpan(0, size * 3);
        for (int i = 0, p = 0; i < red.Length; i++, p += 3)
        {
            red[i] = table[pixels[p]];
            green[i] = table[256 + pixels[p + 1]];
            blue[i] = table[512 + pixels[p + 2]];
        }
    }
}
