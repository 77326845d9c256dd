namespace Praline.Media;

/// <summary>An 8-bit RGB picture.</summary>
/// <param name="Width">Columns, at least 1.</param>
/// <param name="Height">Rows, at least 1.</param>
/// <param name="Pixels">[Height, Width, 3], rows from the top, without padding: the order that NumPy and Pillow call HWC.</param>
public sealed record RgbImage(int Width, int Height, byte[] Pixels)
{
    /// <summary>The picture's bytes: Width × Height × 3 of them.</summary>
    /// <exception cref="ArgumentException">The array has another length.</exception>
    public byte[] Pixels { get; } = Checked(Width, Height, Pixels);

    /// <summary>A black picture.</summary>
    public RgbImage(int width, int height)
        : this(width, height, new byte[checked(width * height * 3)])
    {
    }

    /// <summary>One row: Width × 3 bytes.</summary>
    public Span<byte> Row(int y) => Pixels.AsSpan(y * Width * 3, Width * 3);

    /// <summary>Two pictures are equal when their sizes and all their bytes are.</summary>
    public bool Equals(RgbImage? other) =>
        other is not null && Width == other.Width && Height == other.Height &&
        Pixels.AsSpan().SequenceEqual(other.Pixels);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Width);
        hash.Add(Height);
        hash.AddBytes(Pixels);
        return hash.ToHashCode();
    }

    private static byte[] Checked(int width, int height, byte[] pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (pixels.LongLength != (long)width * height * 3)
        {
            throw new ArgumentException(
                $"A {width}x{height} RGB picture has {(long)width * height * 3} bytes, not {pixels.Length}.", nameof(pixels));
        }

        return pixels;
    }
}
