namespace Praline.Media;

/// <summary>
/// Finds cuts by content: a frame that differs much from the one before begins a scene. The difference is that of PySceneDetect's
/// <c>ContentDetector</c>: the mean, over hue, saturation and value (8 bits each as in OpenCV: hue 0 to 179, the others 0 to 255), of the mean absolute
/// difference of all pixels; here of a grid of pixels.
/// </summary>
public static class SceneCuts
{
    /// <summary>PySceneDetect's default threshold.</summary>
    public const double DefaultThreshold = 27;

    private const int GridWidth = 128;

    /// <summary>The cuts, in order.</summary>
    /// <param name="frames">The frames, all of one size.</param>
    /// <param name="threshold">Frames that differ at least this much begin a scene.</param>
    /// <param name="minFrames">The shortest scene; cuts that come sooner after one are passed over.</param>
    public static IReadOnlyList<SceneCut> Find(IEnumerable<RgbImage> frames, double threshold = DefaultThreshold, int minFrames = 15)
    {
        ArgumentNullException.ThrowIfNull(frames);
        var cuts = new List<SceneCut>();
        byte[]? before = null;
        var (number, last) = (0, 0);
        foreach (var frame in frames)
        {
            var now = Hsv(frame);
            if (before is not null && number - last >= minFrames && Difference(before, now) is var score && score >= threshold)
            {
                cuts.Add(new SceneCut(number, score));
                last = number;
            }

            before = now;
            number++;
        }

        return cuts;
    }

    /// <summary>How much two frames of one size differ, 0 to 255.</summary>
    public static double Difference(RgbImage a, RgbImage b) => Difference(Hsv(a), Hsv(b));

    // The mean over the three channels is the mean over all bytes.
    private static double Difference(byte[] a, byte[] b)
    {
        long sum = 0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += Math.Abs(a[i] - b[i]);
        }

        return (double)sum / a.Length;
    }

    private static byte[] Hsv(RgbImage image)
    {
        var step = Math.Max(1, image.Width / GridWidth);
        var (columns, rows) = ((image.Width + step - 1) / step, (image.Height + step - 1) / step);
        var hsv = new byte[columns * rows * 3];
        for (var (y, at) = (0, 0); y < image.Height; y += step)
        {
            var row = image.Row(y);
            for (var x = 0; x < image.Width; x += step, at += 3)
            {
                var (red, green, blue) = (row[x * 3], row[(x * 3) + 1], row[(x * 3) + 2]);
                var most = Math.Max(red, Math.Max(green, blue));
                var spread = most - Math.Min(red, Math.Min(green, blue));
                hsv[at] = Hue(red, green, blue, most, spread);
                hsv[at + 1] = (byte)(most == 0 ? 0 : ((255 * spread) + (most / 2)) / most);
                hsv[at + 2] = most;
            }
        }

        return hsv;
    }

    // Half degrees, so that they fit into a byte.
    private static byte Hue(int red, int green, int blue, int most, int spread)
    {
        if (spread == 0)
        {
            return 0;
        }

        var degrees = most == red ? 60.0 * (green - blue) / spread
            : most == green ? 120 + (60.0 * (blue - red) / spread)
            : 240 + (60.0 * (red - green) / spread);
        return (byte)((int)Math.Round((degrees < 0 ? degrees + 360 : degrees) / 2) % 180);
    }
}
