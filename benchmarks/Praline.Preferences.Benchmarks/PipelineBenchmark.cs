using System.Diagnostics;
using System.Text.Json;

namespace Praline.Preferences.Benchmarks;

/// <summary>Step 3 over several videos: one video at a time, against several whose candidates decode in one running batch while the next are decoded and encoded.</summary>
internal static class PipelineBenchmark
{
    public static async Task RunAsync(Settings settings)
    {
        var (folder, videos) = settings.Videos(12);
        using var model = settings.Model();
        using var captioner = new VisionLanguageCaptioner(model, settings.Int("max_batch", 64));
        await new ClipStage(new MediaVideoProbe()).RunAsync(folder, videos, settings.Scratch("clips.jsonl"), new StageRunOptions());
        await Run(1, "warm-up");
        var one = await Run(1, "one");
        var many = await Run(settings.Int("concurrency", 4), "many");
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            benchmark = "pipeline",
            videos = videos.Count,
            one_at_a_time_s = Math.Round(one, 2),
            running_batch_s = Math.Round(many, 2),
            times_faster = Math.Round(one / many, 2),
            same_file = File.ReadAllText(settings.Scratch("one.jsonl")) == File.ReadAllText(settings.Scratch("many.jsonl")),
        }));

        async Task<double> Run(int concurrency, string name)
        {
            var clock = Stopwatch.StartNew();
            await new CandidatesStage(captioner) { Settings = CaptionSettings.Sampled with { MaxNewTokens = settings.Int("tokens", 200) } }.RunAsync(
                folder, settings.Scratch("clips.jsonl"), settings.Scratch(name + ".jsonl"), new StageRunOptions { MaxConcurrency = concurrency });
            return clock.Elapsed.TotalSeconds;
        }
    }
}
