using Praline.Media;
using System.Diagnostics;
using System.Text.Json;
using Praline.Models.Multimodal;

namespace Praline.Preferences.Benchmarks;

/// <summary>The features of all clips and of the whole of each video, a first time and a second time with a new captioner, as a new start of the program would have.</summary>
internal static class VisionCacheBenchmark
{
    public static async Task RunAsync(Settings settings)
    {
        var (folder, videos) = settings.Videos(24);
        using var model = settings.Model();
        await Pass(videos.Take(1), "warm-up");
        var (first, _) = await Pass(videos, "cache");
        var (second, cache) = await Pass(videos, "cache");
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            benchmark = "vision-cache",
            videos = videos.Count,
            first_s = Math.Round(first, 2),
            second_s = Math.Round(second, 2),
            times_faster = Math.Round(first / second, 1),
            second_pass_hits = cache.Hits,
            second_pass_misses = cache.Misses,
        }));

        async Task<(double Seconds, VisionCache Cache)> Pass(IEnumerable<VideoItem> items, string name)
        {
            var store = new VisionCache(new VisionCacheOptions(settings.Scratch(name)));
            using var captioner = new VisionLanguageCaptioner(model, cache: store);
            var clock = Stopwatch.StartNew();
            foreach (var video in items)
            {
                var path = Path.Combine(folder, video.Path);
                var facts = new MediaVideoProbe().Probe(path);
                foreach (var clip in ClipRanges.Equal(facts.Frames, new ClipOptions().CountFor(facts.Duration)))
                {
                    (await captioner.EncodeAsync(new VideoRequest(path, clip, FrameSampling.ForClips), default)).Dispose();
                }

                (await captioner.EncodeAsync(new VideoRequest(path, null, FrameSampling.ForVideos), default)).Dispose();
            }

            return (clock.Elapsed.TotalSeconds, store);
        }
    }
}
