using Praline.Media;
using Praline.Models.Multimodal;

namespace Praline.Preferences.Tests;

/// <summary>Sequences of several calls in one batch.</summary>
public sealed class RunningBatchTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly AuroraCap _model;
    private readonly VisionLanguageCaptioner _captioner;

    public RunningBatchTests()
    {
        _model = TinyCaptioner.Model(_folder["model"]);
        _captioner = new VisionLanguageCaptioner(_model, maxBatch: 8);
        TinyCaptioner.Videos(_folder["videos"], 2);
    }

    public void Dispose()
    {
        _captioner.Dispose();
        _model.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Calls_at_the_same_time_give_what_they_give_alone_with_the_batch_mixed_or_not()
    {
        using var first = await Encode(_captioner, 0);
        using var second = await Encode(_captioner, 1);
        var (a, b) = (Requests(first, 6, 10), Requests(second, 9, 20)); // more than fit at once
        var (aloneA, aloneB) = (await Ask(_captioner, a, 60), await Ask(_captioner, b, 30));
        var together = await Task.WhenAll(Ask(_captioner, a, 60), Ask(_captioner, b, 30));
        Assert.Equal(aloneA, together[0]);
        Assert.Equal(aloneB, together[1]);

        using var apart = new VisionLanguageCaptioner(_model, maxBatch: 8, together: false);
        var again = await Task.WhenAll(Ask(apart, a, 60), Ask(apart, b, 30));
        Assert.Equal(aloneA, again[0]);
        Assert.Equal(aloneB, again[1]);
    }

    // With one call after the other, the long one that came first would end first.
    [Fact]
    public async Task Waiting_sequences_enter_while_others_decode()
    {
        using var video = await Encode(_captioner, 0);
        var lengths = await Task.WhenAll(Enumerable.Range(0, 40).Select(async seed =>
            (Seed: seed, (await Ask(_captioner, Requests(video, 1, seed), 3000))[0].Text.Length)));
        var longest = lengths.MaxBy(l => l.Length).Seed;
        Assert.True(lengths.Max(l => l.Length) > 60, "No random caption is long enough for this test.");

        var long1 = Ask(_captioner, Requests(video, 1, longest), 3000);
        var short1 = Ask(_captioner, Requests(video, 1, longest), 2);
        Assert.Same(short1, await Task.WhenAny(long1, short1));
        await long1;
    }

    [Fact]
    public async Task A_request_that_fails_takes_no_other_down()
    {
        using var video = await Encode(_captioner, 0);
        var good = Requests(video, 5, 3);
        var expected = await Ask(_captioner, good, 40);
        var asked = Ask(_captioner, good, 40);
        await Assert.ThrowsAnyAsync<PralineException>(() => Ask(_captioner, [new CaptionRequest(video, new string('x', 5000), 0)], 40));
        Assert.Equal(expected, await asked);
    }

    [Fact]
    public async Task What_nobody_waits_for_ends_and_the_next_call_works()
    {
        using var video = await Encode(_captioner, 0);
        using var cancel = new CancellationTokenSource();
        var asked = _captioner.CaptionAsync(Requests(video, 8, 0), CaptionSettings.Sampled with { MaxNewTokens = 4000 }, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
        Assert.Equal(2, (await Ask(_captioner, Requests(video, 2, 5), 5)).Count);
    }

    [Fact]
    public async Task Disposal_ends_calls_under_way()
    {
        var captioner = new VisionLanguageCaptioner(_model);
        using var video = await Encode(captioner, 0);
        var asked = Ask(captioner, Requests(video, 8, 0), 4000);
        captioner.Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    }

    private Task<IVideoContext> Encode(VisionLanguageCaptioner captioner, int video) =>
        captioner.EncodeAsync(new VideoRequest(_folder["videos", $"v{video}.mp4"], null, FrameSampling.ForVideos), default);

    private static CaptionRequest[] Requests(IVideoContext video, int count, int seed) =>
        [.. Enumerable.Range(0, count).Select(i => new CaptionRequest(video, i % 3 == 2 ? $"Why {i}?" : "What?", (ulong)(seed + i)))];

    private static Task<IReadOnlyList<Caption>> Ask(VisionLanguageCaptioner captioner, IReadOnlyList<CaptionRequest> requests, int tokens) =>
        captioner.CaptionAsync(requests, CaptionSettings.Sampled with { MaxNewTokens = tokens }, default);
}
