using Praline.Media;
using Praline.Data;
using Praline.Json;
using Praline.Models.Multimodal;

namespace Praline.Preferences.Tests;

public sealed class VisionLanguageCaptionerTests : IDisposable
{
    private static readonly CaptionSettings Short = CaptionSettings.Sampled with { MaxNewTokens = 24 };

    private readonly TempFolder _folder = new();
    private readonly AuroraCap _model;
    private readonly VisionLanguageCaptioner _captioner;

    public VisionLanguageCaptionerTests()
    {
        _model = TinyCaptioner.Model(_folder["model"]);
        _captioner = new VisionLanguageCaptioner(_model);
        TinyCaptioner.Videos(_folder["videos"], 3);
    }

    public void Dispose()
    {
        _captioner.Dispose();
        _model.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Candidates_of_one_batch_equal_one_by_one()
    {
        using var video = await _captioner.EncodeAsync(new VideoRequest(_folder["videos", "v0.mp4"], null, FrameSampling.ForVideos), default);
        CaptionRequest[] requests = [.. Enumerable.Range(0, 6).Select(i => new CaptionRequest(video, i < 4 ? "What?" : $"Why {i}?", (ulong)i))];
        var together = await _captioner.CaptionAsync(requests, Short, default);
        foreach (var (request, caption) in requests.Zip(together))
        {
            Assert.Equal(caption, (await _captioner.CaptionAsync([request], Short, default))[0]);
        }

        Assert.True(together.Take(4).Distinct().Count() > 1, "Different seeds gave the same captions.");
    }

    // Prompts that show drafts: their tokenizer is of single characters, so "Draft: " is where they part.
    [Fact]
    public async Task What_the_prompts_of_a_video_begin_with_is_computed_once()
    {
        using var video = await _captioner.EncodeAsync(new VideoRequest(_folder["videos", "v0.mp4"], null, FrameSampling.ForVideos), default);
        using var other = await _captioner.EncodeAsync(new VideoRequest(_folder["videos", "v1.mp4"], null, FrameSampling.ForVideos), default);
        var greedy = CaptionSettings.Greedy with { MaxNewTokens = 24 };
        string[] drafts = ["a square", "It moves.", "a square", "nothing at all", "x"];
        CaptionRequest[] requests =
            [.. drafts.SelectMany((d, i) => new[] { new CaptionRequest(video, $"Draft: {d}\nBetter:", (ulong)i), new CaptionRequest(other, $"Draft: {d}\nBetter:", 9) })];
        var together = await _captioner.CaptionAsync(requests, greedy, default);
        var tokens = _captioner.PrefilledTokens;
        var (alone, read) = (new List<Caption>(), new List<long>());
        foreach (var request in requests)
        {
            using var fresh = new VisionLanguageCaptioner(_model);
            using var own = await fresh.EncodeAsync(new VideoRequest(_folder["videos", request.Video == video ? "v0.mp4" : "v1.mp4"], null, FrameSampling.ForVideos), default);
            alone.Add((await fresh.CaptionAsync([request with { Video = own }], greedy, default))[0]);
            read.Add(fresh.PrefilledTokens);
        }

        Assert.Equal(alone, together);

        // Of each video's five prompts two are the same; of the other three the part up to the draft is not read again.
        var saved = new[] { 0, 1 }.Sum(v => read[v] + 3 * (read[v] - "a square\nBetter:\n ASSISTANT:".Length));
        Assert.Equal(read.Sum() - saved, tokens);

        // The second time nothing is read.
        Assert.Equal(together, await _captioner.CaptionAsync(requests, greedy, default));
        Assert.Equal(tokens, _captioner.PrefilledTokens);
    }

    [Fact]
    public async Task Frames_are_those_of_the_clip()
    {
        Assert.NotEqual(await Captions(new FrameRange(0, 5)), await Captions(new FrameRange(12, 23)));
        Assert.Equal(await Captions(null), await Captions(new FrameRange(0, 23)));

        async Task<IReadOnlyList<Caption>> Captions(FrameRange? range)
        {
            using var video = await _captioner.EncodeAsync(new VideoRequest(_folder["videos", "v0.mp4"], range, FrameSampling.ForClips), default);
            Assert.Equal(3, video.Duration, 0.01);
            return await _captioner.CaptionAsync([.. Enumerable.Range(0, 8).Select(i => new CaptionRequest(video, "What?", (ulong)i))], Short, default);
        }
    }

    [Fact]
    public async Task Token_limit_is_told()
    {
        using var video = await _captioner.EncodeAsync(new VideoRequest(_folder["videos", "v0.mp4"], null, FrameSampling.ForVideos), default);
        var captions = await _captioner.CaptionAsync(
            [.. Enumerable.Range(0, 8).Select(i => new CaptionRequest(video, "What?", (ulong)i))], Short with { MaxNewTokens = 1 }, default);
        Assert.Contains(captions, c => c.Truncated);
    }

    [Fact]
    public async Task Too_long_a_prompt_and_frames_that_are_not_there_are_clear_errors()
    {
        using var video = await _captioner.EncodeAsync(new VideoRequest(_folder["videos", "v0.mp4"], null, FrameSampling.ForVideos), default);
        var error = await Assert.ThrowsAnyAsync<PralineException>(() => _captioner.CaptionAsync([new(video, new string('x', 5000), 0)], Short, default));
        Assert.Contains("the model takes 4096", error.Message);
        error = await Assert.ThrowsAnyAsync<PralineException>(() =>
            _captioner.EncodeAsync(new VideoRequest(_folder["videos", "v0.mp4"], new FrameRange(500, 600), FrameSampling.ForVideos), default));
        Assert.Contains("the video has 24", error.Message);
    }

    [Fact]
    public async Task Stages_give_the_same_files_whatever_runs_beside()
    {
        File.WriteAllText(_folder["videos", "broken.mp4"], "no video");
        foreach (var concurrency in new[] { 1, 4 })
        {
            var files = new DataFiles(_folder[$"out{concurrency}"]);
            var run = new StageRunOptions { MaxConcurrency = concurrency };
            var clips = await new ClipStage(new MediaVideoProbe()) { Options = new ClipOptions { SecondsPerClip = 2 } }
                .RunAsync(_folder["videos"], VideoFolder.Scan(_folder["videos"]), files.Clips, run);
            Assert.Equal("broken", clips.Rejected.Single().Item);
            await new CaptionClipsStage(_captioner) { Settings = CaptionSettings.Greedy with { MaxNewTokens = 16 } }
                .RunAsync(_folder["videos"], files.Clips, files.ShortGeneration, run);
            await new CandidatesStage(_captioner) { Settings = Short, Candidates = 4, Seed = 3 }
                .RunAsync(_folder["videos"], files.Clips, files.LongGeneration, run);
        }

        Assert.Equal(Builders.Read(_folder["out1"]), Builders.Read(_folder["out4"]));
        var rows = JsonLines.Read<LongGenerationRow>(_folder["out1", "long_generation.jsonl"]);
        Assert.Equal(["v0", "v1", "v2"], rows.Select(r => r.VideoName));
        Assert.All(rows, r => Assert.Equal(4, r.LongAnswers.Count));
        Assert.Equal([3.0, 4.0, 5.0], rows.Select(r => Math.Round(r.Duration!.Value, 2)));
    }

    [Fact]
    public async Task Cached_features_give_the_same_captions()
    {
        var cache = new VisionCache(new VisionCacheOptions(_folder["cache"]));
        var expected = await Captions(_captioner);
        foreach (var _ in new[] { 1, 2 })
        {
            using var cached = new VisionLanguageCaptioner(_model, cache: cache);
            Assert.Equal(expected, await Captions(cached));
            Assert.Equal(expected, await Captions(cached)); // from memory
        }

        Assert.Equal((1, 1), (cache.Hits, cache.Misses));

        async Task<IReadOnlyList<Caption>> Captions(VisionLanguageCaptioner captioner)
        {
            using var video = await captioner.EncodeAsync(new VideoRequest(_folder["videos", "v1.mp4"], null, FrameSampling.ForVideos), default);
            return await captioner.CaptionAsync([.. Enumerable.Range(0, 4).Select(i => new CaptionRequest(video, "What?", (ulong)i))], Short, default);
        }
    }

    [Fact]
    public async Task Judges_can_be_shown_frames()
    {
        var frames = await new MediaFrameSource(shortestEdge: 16).FramesAsync(_folder["videos", "v0.mp4"], null, 3, default);
        Assert.Equal(3, frames.Count);

        // PNG's signature, then IHDR with width 24 and height 16 (big-endian).
        Assert.All(frames, f => Assert.Equal("89504E470D0A1A0A0000000D494844520000001800000010", Convert.ToHexString(f.Data.Span[..24])));
    }
}
