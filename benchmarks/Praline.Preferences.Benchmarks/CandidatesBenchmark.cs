using Praline.Media;
using System.Diagnostics;
using System.Text.Json;

namespace Praline.Preferences.Benchmarks;

/// <summary>
/// N candidates of a video as one batch over one shared prefill, against one by one, each with its own prefill; the frames are encoded once for both. Both rounds of the
/// paper: drafts, which share their prompt, and captions that see their own draft, whose prompts share what comes before it. With <c>cpu=1</c> processor time counts, not the clock.
/// </summary>
internal static class CandidatesBenchmark
{
    public static async Task RunAsync(Settings settings)
    {
        using var model = settings.Model();
        using var captioner = new VisionLanguageCaptioner(model);
        var (folder, videos) = settings.Videos(3);
        var count = settings.Int("candidates", 10);
        var drawn = CaptionSettings.Sampled with { MaxNewTokens = settings.Int("tokens", 200) };
        var (together, single) = (new double[2], new double[2]);
        var (prefilledTogether, prefilledSingle) = (new long[2], new long[2]);
        var (same, tokens, all) = (0, 0L, 0);
        for (var round = -1; round < settings.Int("rounds", 3); round++)
        {
            foreach (var video in videos)
            {
                using var context = await captioner.EncodeAsync(new VideoRequest(Path.Combine(folder, video.Path), null, FrameSampling.ForVideos), default);
                CaptionRequest[] drafts = [.. Enumerable.Range(0, count).Select(i => new CaptionRequest(context, PromptSet.Default.Question, Seeds.Derive(0, "draft", video.Name, i)))];
                var texts = await Measure(0, drafts);
                await Measure(1, [.. texts.Select((t, i) => new CaptionRequest(
                    context,
                    PromptSet.Default.Fill("retrospective-video", ("draft", t.Text), ("question", PromptSet.Default.Question)),
                    Seeds.Derive(0, "retrospective", video.Name, i)))]);
            }

            async Task<IReadOnlyList<Caption>> Measure(int stage, CaptionRequest[] requests)
            {
                var (before, prefilled) = (captioner.DecodedTokens, captioner.PrefilledTokens);
                var start = Now();
                var batch = await captioner.CaptionAsync(requests, drawn, default);
                var between = Now();
                var (decoded, read) = (captioner.DecodedTokens - before, captioner.PrefilledTokens - prefilled);
                var alone = new List<Caption>();
                foreach (var request in requests)
                {
                    alone.AddRange(await captioner.CaptionAsync([request], drawn, default));
                }

                if (round >= 0)
                {
                    (together[stage], single[stage]) = (together[stage] + between - start, single[stage] + Now() - between);
                    (prefilledTogether[stage], prefilledSingle[stage]) =
                        (prefilledTogether[stage] + read, prefilledSingle[stage] + captioner.PrefilledTokens - prefilled - read);
                    same += batch.Zip(alone).Count(p => p.First == p.Second);
                    (tokens, all) = (tokens + decoded, all + requests.Length);
                }

                return batch;
            }
        }

        double Now() => settings.Int("cpu", 0) == 1
            ? Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds
            : Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;

        Console.WriteLine(JsonSerializer.Serialize(new
        {
            benchmark = "candidates",
            videos = videos.Count,
            candidates = count,
            drafts_one_by_one_s = Math.Round(single[0], 2),
            drafts_together_s = Math.Round(together[0], 2),
            drafts_times_faster = Math.Round(single[0] / together[0], 1),
            retrospective_times_faster = Math.Round(single[1] / together[1], 1),
            both_rounds_times_faster = Math.Round((single[0] + single[1]) / (together[0] + together[1]), 1),
            retrospective_prompt_tokens = $"{prefilledTogether[1]} instead of {prefilledSingle[1]}",
            prompt_tokens_times_fewer = Math.Round((double)prefilledSingle.Sum() / prefilledTogether.Sum(), 1),
            tokens_per_second_together = Math.Round(tokens / (together[0] + together[1])),
            same_captions = $"{same} of {all}",
        }));
    }
}
