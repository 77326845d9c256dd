using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Praline.Media.Benchmarks;

/// <summary>
/// Choosing frames of a long video (opening it included) against decoding it whole. Prints one line of JSON. What it must show: at
/// least 5 times faster, and the same frames, for 16 frames of ten minutes of 1080p with x264's usual keyframe distance.
/// </summary>
internal static class DecodeBenchmark
{
    public static void Run(Dictionary<string, string> settings)
    {
        int Setting(string key, int otherwise) =>
            settings.TryGetValue(key, out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
        var (seconds, fps, frames) = (Setting("seconds", 600), Setting("fps", 25), Setting("frames", 16));
        var (width, height, threads) = (Setting("width", 1920), Setting("height", 1080), Setting("threads", 0));
        var path = settings.GetValueOrDefault("file", Path.Combine(Path.GetTempPath(), $"praline-decode-{width}x{height}-{fps}fps-{seconds}s.mp4"));
        if (!File.Exists(path))
        {
            Console.Error.WriteLine($"making {path}, which takes some minutes once");
            VideoWriter.Write(path, Pictures(width, height, seconds * fps), fps, keyframeInterval: 250);
        }

        var (chosenSeconds, chosenCpu, chosen) = Measure(path, threads, frames, exhaustive: false);
        var (wholeSeconds, wholeCpu, whole) = Measure(path, threads, frames, exhaustive: true);
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            benchmark = "decode",
            video = $"{width}x{height}, {seconds} s, {fps} fps, {new FileInfo(path).Length} bytes",
            frames,
            chosen_s = Math.Round(chosenSeconds, 3),
            whole_s = Math.Round(wholeSeconds, 3),
            times_faster = Math.Round(wholeSeconds / chosenSeconds, 1),
            times_less_cpu = Math.Round(wholeCpu / chosenCpu, 1),
            same_frames = chosen.Zip(whole).All(pair => pair.First.Equals(pair.Second)),
        }));
    }

    private static (double Seconds, double Cpu, RgbImage[] Frames) Measure(string path, int threads, int frames, bool exhaustive)
    {
        var process = Process.GetCurrentProcess();
        var (cpu, clock) = (process.TotalProcessorTime, Stopwatch.StartNew());
        using var video = VideoFile.Open(path, threads);
        var result = video.ReadFrames(FrameSampler.Choose(video.Info, sampledFrm: frames), exhaustive);
        process.Refresh();
        return (clock.Elapsed.TotalSeconds, (process.TotalProcessorTime - cpu).TotalSeconds, result);
    }

    /// <summary>A square that jumps every two fifths of a second over a gradient: few different pictures, each held a while.</summary>
    private static IEnumerable<RgbImage> Pictures(int width, int height, int count)
    {
        var pictures = Enumerable.Range(0, 8).Select(step => Picture(width, height, step)).ToArray();
        return Enumerable.Range(0, count).Select(i => pictures[i / 10 % pictures.Length]);
    }

    private static RgbImage Picture(int width, int height, int step)
    {
        var image = new RgbImage(width, height);
        for (var y = 0; y < height; y++)
        {
            var row = image.Row(y);
            for (var x = 0; x < width; x++)
            {
                var inSquare = Math.Abs(x - (width * (step + 2) / 12)) < height / 12 && Math.Abs(y - (height / 2)) < height / 12;
                (row[x * 3], row[(x * 3) + 1], row[(x * 3) + 2]) = ((byte)(x * 255 / width), (byte)(y * 255 / height), (byte)(inSquare ? 255 : 40));
            }
        }

        return image;
    }
}
