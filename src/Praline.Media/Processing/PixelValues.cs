namespace Praline.Media;

/// <summary>Numbers ready for a vision model.</summary>
/// <param name="Data">All values, the last axis fastest.</param>
/// <param name="Shape">[N, 3, H, W], or what the processor that made them says.</param>
public sealed record PixelValues(float[] Data, int[] Shape)
{
    /// <summary>The values of entry <paramref name="n"/> of the first axis.</summary>
    public Span<float> Entry(int n)
    {
        var size = Data.Length / Shape[0];
        return Data.AsSpan(n * size, size);
    }
}
