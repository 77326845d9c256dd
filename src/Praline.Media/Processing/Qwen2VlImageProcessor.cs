namespace Praline.Media;

/// <summary>
/// <c>Qwen2VLImageProcessor</c> (also Qwen2.5-VL's): each image keeps nearly its own size and aspect ratio, and becomes a list of
/// patches, in the order in which the model merges them.
/// </summary>
/// <param name="config">The steps.</param>
public sealed class Qwen2VlImageProcessor(ImageProcessorConfig config) : ImageProcessor(config)
{
    private const double LargestAspectRatio = 200;

    /// <summary>
    /// One image, or a video's frames (all of one size): [patches, 3 · temporal_patch_size · patch_size²] and the grid of patches
    /// in time, height and width. A number of frames that temporal_patch_size doesn't divide is filled up with the last.
    /// </summary>
    /// <exception cref="ArgumentException">No frame, frames of different sizes, or an aspect ratio above 200.</exception>
    public (PixelValues Pixels, (int Time, int Height, int Width) Grid) Process(IReadOnlyList<RgbImage> frames)
    {
        ArgumentNullException.ThrowIfNull(frames);
        if (frames.Count == 0 || frames.Any(f => (f.Width, f.Height) != (frames[0].Width, frames[0].Height)))
        {
            throw new ArgumentException("A video has at least one frame, and frames of one size.", nameof(frames));
        }

        var prepared = new RgbImage[frames.Count];
        Parallel.For(0, frames.Count, i => prepared[i] = Prepare(frames[i]));
        var temporal = Config.TemporalPatchSize;
        var grid = (
            Time: (frames.Count + temporal - 1) / temporal,
            Height: prepared[0].Height / Config.PatchSize,
            Width: prepared[0].Width / Config.PatchSize);
        var length = 3 * temporal * Config.PatchSize * Config.PatchSize;
        var perTime = grid.Height * grid.Width;
        var data = GC.AllocateUninitializedArray<float>(checked(grid.Time * perTime * length));
        Parallel.For(0, grid.Time, time =>
        {
            for (var t = 0; t < temporal; t++)
            {
                var frame = prepared[Math.Min((time * temporal) + t, prepared.Length - 1)];
                WritePatches(frame, t, data.AsSpan(time * perTime * length, perTime * length));
            }
        });
        return (new PixelValues(data, [grid.Time * perTime, length]), grid);
    }

    /// <summary>One image: its grid has one step in time, filled with the image repeated.</summary>
    public (PixelValues Pixels, (int Time, int Height, int Width) Grid) Process(RgbImage image) => Process([image]);

    /// <summary>
    /// The size that an image is resized to: multiples of <paramref name="factor"/> near the original's sides, with a number of pixels
    /// between the bounds (<c>smart_resize</c>; halves are rounded to even, as Python does).
    /// </summary>
    /// <exception cref="ArgumentException">One side is more than 200 times the other.</exception>
    public static (int Height, int Width) SmartResize(int height, int width, int factor, long minPixels, long maxPixels)
    {
        if ((double)Math.Max(height, width) / Math.Min(height, width) > LargestAspectRatio)
        {
            throw new ArgumentException($"An image of {width}x{height} is too narrow: one side may be 200 times the other at most.");
        }

        var newHeight = (long)Math.Round((double)height / factor, MidpointRounding.ToEven) * factor;
        var newWidth = (long)Math.Round((double)width / factor, MidpointRounding.ToEven) * factor;
        if (newHeight * newWidth > maxPixels)
        {
            var shrink = Math.Sqrt((double)((long)height * width) / maxPixels);
            newHeight = Math.Max(factor, (long)Math.Floor(height / shrink / factor) * factor);
            newWidth = Math.Max(factor, (long)Math.Floor(width / shrink / factor) * factor);
        }
        else if (newHeight * newWidth < minPixels)
        {
            var grow = Math.Sqrt((double)minPixels / ((long)height * width));
            newHeight = (long)Math.Ceiling(height * grow / factor) * factor;
            newWidth = (long)Math.Ceiling(width * grow / factor) * factor;
        }

        return (checked((int)newHeight), checked((int)newWidth));
    }

    /// <summary>The resized image, still as bytes.</summary>
    public RgbImage Prepare(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var factor = Config.PatchSize * Config.MergeSize;
        var (height, width) = Config.DoResize
            ? SmartResize(image.Height, image.Width, factor, Config.MinPixels, Config.MaxPixels)
            : (image.Height, image.Width);
        if (height % factor != 0 || width % factor != 0)
        {
            throw new ArgumentException($"Without resizing, both sides must be multiples of {factor}, not {width}x{height}.");
        }

        return PillowResize.Resize(image, width, height, Config.Resample);
    }

    /// <summary>
    /// One frame's part of every patch: patches in blocks of merge × merge, each patch [3, temporal, patch, patch], of which this frame
    /// is step <paramref name="t"/>.
    /// </summary>
    private void WritePatches(RgbImage frame, int t, Span<float> output)
    {
        var (patch, merge) = (Config.PatchSize, Config.MergeSize);
        var area = patch * patch;
        var position = t * area;
        for (var blockY = 0; blockY < frame.Height; blockY += patch * merge)
        {
            for (var blockX = 0; blockX < frame.Width; blockX += patch * merge)
            {
                for (var inBlock = 0; inBlock < merge * merge; inBlock++)
                {
                    var (top, left) = (blockY + (inBlock / merge * patch), blockX + (inBlock % merge * patch));
                    for (var c = 0; c < 3; c++, position += Config.TemporalPatchSize * area)
                    {
                        WriteSquare(frame, c, top, left, output.Slice(position, area));
                    }
                }
            }
        }
    }

    private void WriteSquare(RgbImage frame, int channel, int top, int left, Span<float> output)
    {
        var values = ValuesOf(channel);
        for (var y = 0; y < Config.PatchSize; y++)
        {
            var row = frame.Row(top + y)[((left * 3) + channel)..];
            for (var x = 0; x < Config.PatchSize; x++)
            {
                output[(y * Config.PatchSize) + x] = values[row[x * 3]];
            }
        }
    }
}
