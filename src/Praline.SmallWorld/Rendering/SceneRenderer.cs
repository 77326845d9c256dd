using Praline.Media;

namespace Praline.SmallWorld;

/// <summary>Draws frames: flat, anti-aliased shapes on a plain background.</summary>
public static class SceneRenderer
{
    private const int Samples = 4; // per pixel and axis

    /// <summary>Draws one frame.</summary>
    /// <param name="scene">The scene.</param>
    /// <param name="frameIndex">0 to <see cref="Scene.FrameCount"/> − 1.</param>
    /// <param name="size">Width and height in pixels, when others than the scene's own are wanted.</param>
    /// <exception cref="ArgumentOutOfRangeException">When the scene has no such frame.</exception>
    public static RgbImage Render(Scene scene, int frameIndex, int? size = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(frameIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(frameIndex, scene.FrameCount);
        var canvas = new Canvas(size ?? scene.Size, scene.Background);
        foreach (var item in scene.Objects.Where(o => o.IsVisible(frameIndex)))
        {
            var (x, y) = item.PositionAt(frameIndex);
            canvas.Draw(item.Shape, item.ColorAt(frameIndex), x, y, item.Radius);
        }

        return canvas.ToImage();
    }

    /// <summary>Draws the frames that are asked for, e.g. the few that a model samples, without a video file.</summary>
    public static IReadOnlyList<RgbImage> Render(Scene scene, IEnumerable<int> frameIndices, int? size = null) =>
        [.. frameIndices.Select(i => Render(scene, i, size))];

    /// <summary>Draws all frames, one at a time.</summary>
    public static IEnumerable<RgbImage> RenderAll(Scene scene) =>
        Enumerable.Range(0, scene.FrameCount).Select(i => Render(scene, i));

    /// <summary>A square picture that shapes are drawn on. Lengths are in picture widths.</summary>
    internal sealed class Canvas
    {
        private readonly int _size;
        private readonly byte[] _pixels;

        public Canvas(int size, WorldColor background)
        {
            _size = size;
            _pixels = new byte[size * size * 3];
            var (r, g, b) = Palette.Rgb(background);
            for (var i = 0; i < _pixels.Length; i += 3)
            {
                (_pixels[i], _pixels[i + 1], _pixels[i + 2]) = (r, g, b);
            }
        }

        public RgbImage ToImage() => new(_size, _size, _pixels);

        public void Draw(Shape shape, WorldColor color, double centerX, double centerY, double radius)
        {
            var (r, g, b) = Palette.Rgb(color);
            var (left, right) = Range(centerX, radius);
            var (top, bottom) = Range(centerY, radius);
            for (var y = top; y < bottom; y++)
            {
                for (var x = left; x < right; x++)
                {
                    var covered = Covered(shape, centerX, centerY, radius, x, y);
                    if (covered > 0)
                    {
                        var i = ((y * _size) + x) * 3;
                        _pixels[i] = Mix(_pixels[i], r, covered);
                        _pixels[i + 1] = Mix(_pixels[i + 1], g, covered);
                        _pixels[i + 2] = Mix(_pixels[i + 2], b, covered);
                    }
                }
            }
        }

        private (int From, int To) Range(double center, double radius)
        {
            var reach = radius * 1.2;
            return (Math.Max(0, (int)Math.Floor((center - reach) * _size)),
                Math.Min(_size, (int)Math.Ceiling((center + reach) * _size) + 1));
        }

        /// <summary>How many of a pixel's samples lie in the shape, 0 to 16.</summary>
        private int Covered(Shape shape, double centerX, double centerY, double radius, int x, int y)
        {
            var covered = 0;
            for (var sy = 0; sy < Samples; sy++)
            {
                var v = (((y + ((sy + 0.5) / Samples)) / _size) - centerY) / radius;
                for (var sx = 0; sx < Samples; sx++)
                {
                    var u = (((x + ((sx + 0.5) / Samples)) / _size) - centerX) / radius;
                    covered += Contains(shape, u, v) ? 1 : 0;
                }
            }

            return covered;
        }

        private static byte Mix(byte below, byte above, int covered)
        {
            const int all = Samples * Samples;
            return (byte)(((below * (all - covered)) + (above * covered) + (all / 2)) / all);
        }

        /// <summary>Whether a point, in radii from the centre with v downward, lies in the shape.</summary>
        private static bool Contains(Shape shape, double u, double v) => shape switch
        {
            Shape.Circle => (u * u) + (v * v) <= 1,
            Shape.Square => Math.Abs(u) <= 0.9 && Math.Abs(v) <= 0.9,
            Shape.Triangle => v <= 0.8 && Math.Abs(u) * 1.75 <= v + 1.05,
            Shape.Cross => Math.Min(Math.Abs(u), Math.Abs(v)) <= 0.3 && Math.Max(Math.Abs(u), Math.Abs(v)) <= 1,
            Shape.Ring => (u * u) + (v * v) is <= 1.0 and >= 0.22,
            _ => false,
        };
    }
}
