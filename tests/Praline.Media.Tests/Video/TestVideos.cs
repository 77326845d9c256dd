namespace Praline.Media.Tests;

/// <summary>Made-up frames whose number can be read back from their pixels, even after lossy coding.</summary>
internal static class TestVideos
{
    /// <summary>A moving square on a gradient, and a strip of 10 black or white cells that spells the frame's number in binary.</summary>
    public static RgbImage Frame(int number, int width = 128, int height = 96)
    {
        var image = new RgbImage(width, height);
        for (var y = 0; y < height; y++)
        {
            var row = image.Row(y);
            for (var x = 0; x < width; x++)
            {
                row[x * 3] = (byte)(x * 255 / width);
                row[(x * 3) + 1] = (byte)(y * 255 / height);
                row[(x * 3) + 2] = (byte)(number * 5);
                var inSquare = Math.Abs(x - (width / 2) - (int)(30 * Math.Sin(number / 7.0))) < 12 && Math.Abs(y - (height * 2 / 3)) < 12;
                if (inSquare)
                {
                    (row[x * 3], row[(x * 3) + 1], row[(x * 3) + 2]) = (230, 40, 60);
                }

                if (y < 16 && x / 12 < 10)
                {
                    row.Slice(x * 3, 3).Fill((number >> (x / 12) & 1) != 0 ? (byte)255 : (byte)0);
                }
            }
        }

        return image;
    }

    /// <summary>The number that <see cref="Frame"/> wrote into the strip.</summary>
    public static int NumberOf(RgbImage image)
    {
        var number = 0;
        for (var bit = 0; bit < 10; bit++)
        {
            number |= image.Row(8)[((bit * 12) + 6) * 3] > 127 ? 1 << bit : 0;
        }

        return number;
    }
}
