namespace Praline.Media;

/// <summary>
/// <c>LlavaNextImageProcessor</c> of transformers 4.46 ("anyres"): the whole image squeezed into one tile, then the image again on the
/// canvas that fits it best, cut into tiles.
/// </summary>
/// <param name="config">The steps; <c>crop_size.height</c> is the tile's side.</param>
public sealed class LlavaNextImageProcessor(ImageProcessorConfig config) : ImageProcessor(config)
{
    /// <summary>One image as [tiles, 3, S, S], the whole image first, then the tiles of the canvas row by row; and its size.</summary>
    public (PixelValues Pixels, (int Height, int Width) ImageSize) Process(RgbImage image) =>
        (ImageBatch.Stack(Tiles(image), Normalize), (image.Height, image.Width));

    /// <summary>
    /// Several images as [N, most tiles, 3, S, S], zeros where an image has fewer tiles than another; and their sizes, from which the
    /// model knows the canvases.
    /// </summary>
    public (PixelValues Pixels, (int Height, int Width)[] ImageSizes) Process(IReadOnlyList<RgbImage> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        var parts = images.Select(image => Process(image).Pixels).ToArray();
        if (parts.Length == 0)
        {
            throw new ArgumentException("There is no image to process.", nameof(images));
        }

        var most = parts.Max(part => part.Shape[0]);
        var size = parts.Max(part => part.Data.Length / part.Shape[0]) * most;
        var data = new float[checked(size * parts.Length)];
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i].Data.CopyTo(data.AsSpan(i * size));
        }

        return (new PixelValues(data, [parts.Length, most, .. parts[0].Shape[1..]]), [.. images.Select(i => (i.Height, i.Width))]);
    }

    /// <summary>
    /// The canvas of <c>image_grid_pinpoints</c> that keeps most of an image's pixels, and of these the one that wastes least; of
    /// equals the first.
    /// </summary>
    public static (int Height, int Width) SelectBestResolution(
        (int Height, int Width) image, IReadOnlyList<(int Height, int Width)> candidates)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        var best = (Height: 0, Width: 0);
        var (mostKept, leastWasted) = (0L, long.MaxValue);
        foreach (var (height, width) in candidates)
        {
            var scale = Math.Min((double)width / image.Width, (double)height / image.Height);
            var shrunk = (long)(int)(image.Width * scale) * (int)(image.Height * scale);
            var kept = Math.Min(shrunk, (long)image.Width * image.Height);
            var wasted = ((long)width * height) - kept;
            if (kept > mostKept || (kept == mostKept && wasted < leastWasted))
            {
                (mostKept, leastWasted, best) = (kept, wasted, (height, width));
            }
        }

        return best;
    }

    /// <summary>The whole image and the canvas's tiles, still as bytes.</summary>
    public RgbImage[] Tiles(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var (height, width) = Config.Size.AsRectangle;
        var tiles = new List<RgbImage> { Fit(PillowResize.Resize(image, width, height, Config.Resample)) };
        var canvas = OnCanvas(image, SelectBestResolution((image.Height, image.Width), Config.ImageGridPinpoints));
        var side = Config.CropSize.Height;
        for (var y = 0; y < canvas.Height; y += side)
        {
            for (var x = 0; x < canvas.Width; x += side)
            {
                tiles.Add(Fit(ImageCrop.Cut(canvas, y, x, Math.Min(side, canvas.Height - y), Math.Min(side, canvas.Width - x))));
            }
        }

        return [.. tiles];
    }

    private RgbImage OnCanvas(RgbImage image, (int Height, int Width) canvas)
    {
        var (scaleX, scaleY) = ((double)canvas.Width / image.Width, (double)canvas.Height / image.Height);
        var (height, width) = scaleX < scaleY
            ? (Math.Min((int)Math.Ceiling(image.Height * scaleX), canvas.Height), canvas.Width)
            : (canvas.Height, Math.Min((int)Math.Ceiling(image.Width * scaleY), canvas.Width));
        var resized = PillowResize.Resize(image, width, height, Config.Resample);
        // transformers 4.46 pads both ends alike, rounded down: where the difference is odd, the canvas is one row or column short, and
        // the tiles at its end are enlarged by as much in Fit.
        var (top, left) = ((canvas.Height - height) / 2, (canvas.Width - width) / 2);
        return ImageCrop.Cut(resized, -top, -left, height + (2 * top), width + (2 * left));
    }

    private RgbImage Fit(RgbImage tile)
    {
        var (height, width) = Config.Size.For(tile.Height, tile.Width);
        var fitted = Config.DoResize ? PillowResize.Resize(tile, width, height, Config.Resample) : tile;
        return Config.DoCenterCrop ? ImageCrop.Center(fitted, Config.CropSize.Height, Config.CropSize.Width) : fitted;
    }
}
