namespace Praline.Media;

/// <summary>JPEG and still WebP, through libjpeg and libwebp.</summary>
internal static class NativeImage
{
    public static RgbImage Decode(ReadOnlySpan<byte> bytes)
    {
        Check(MediaNative.ImageSize(bytes, bytes.Length, out var width, out var height));
        ImageFile.RequireSize(width, height);
        var pixels = GC.AllocateUninitializedArray<byte>(width * height * 3);
        Check(MediaNative.ImageDecode(bytes, bytes.Length, width, height, pixels));
        return new RgbImage(width, height, pixels);
    }

    public static (int Width, int Height) Size(ReadOnlySpan<byte> bytes)
    {
        Check(MediaNative.ImageSize(bytes, bytes.Length, out var width, out var height));
        return (width, height);
    }

    private static void Check(NativeStatus status)
    {
        if (status != NativeStatus.Ok)
        {
            throw new ImageFormatException(MediaNative.LastError);
        }
    }
}
