using System.Diagnostics;
using System.Text.Json;

namespace Praline.Media.Benchmarks;

/// <summary>Resizing of 1080p frames to the size that a 378-pixel vision tower wants. Prints one line of JSON per filter.</summary>
internal static class ResizeBenchmark
{
    public static void Run(Dictionary<string, string> settings)
    {
        var image = new RgbImage(1920, 1080);
        new Random(1).NextBytes(image.Pixels);
        foreach (var filter in new[] { ResizeFilter.Bilinear, ResizeFilter.Bicubic, ResizeFilter.Lanczos })
        {
            var times = new List<double>();
            for (var round = 0; round < 30; round++)
            {
                var clock = Stopwatch.StartNew();
                PillowResize.Resize(image, 672, 378, filter);
                times.Add(clock.Elapsed.TotalMilliseconds);
            }

            Console.WriteLine(JsonSerializer.Serialize(new
            {
                benchmark = "resize",
                filter = filter.ToString(),
                from = "1920x1080",
                to = "672x378",
                median_ms = Math.Round(times.Order().ElementAt(times.Count / 2), 2),
                best_ms = Math.Round(times.Min(), 2),
            }));
        }
    }
}
