using Praline.Json;
using System.Diagnostics;
using System.Text;

namespace Praline.Preferences.Tests;

/// <summary>The judge stage against an endpoint that misbehaves.</summary>
public sealed class JudgeStageTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // PRALINE_FULL=VIDEOS,CONCURRENCY (1000,64 is what the project promises) runs with 300 ms latency, and within 15 % of the ideal time.
    [Fact]
    public async Task One_fault_in_ten_loses_nothing_asks_nothing_twice_and_makes_no_score_up()
    {
        var full = Environment.GetEnvironmentVariable("PRALINE_FULL")?.Split(',').Select(int.Parse).ToArray();
        var (videos, latency, ceiling) = full is [var many, var most] ? (many, TimeSpan.FromMilliseconds(300), most) : (40, TimeSpan.FromMilliseconds(30), 32);
        WriteGenerations(videos);
        using var server = new FakeEndpoint(r => Faulty(r, latency));
        var clock = Stopwatch.StartNew();
        using (var judge = new EndpointJudge(server.Url, _folder.Path, o => o with { MaxConcurrency = ceiling }))
        {
            var summary = await Run(judge.Judge, new StageRunOptions { MaxConcurrency = ceiling });
            Assert.Equal((videos, videos), (summary.Items, summary.Rows));
            Assert.Empty(summary.Rejected);
            Assert.Empty(summary.Missing);
        }

        var seconds = clock.Elapsed.TotalSeconds;
        var ideal = videos * 21 * latency.TotalSeconds / ceiling;
        Console.WriteLine($"{videos * 21} calls, {server.Log.Count} requests, at most {server.MostInFlight} at once: {seconds:0.0} s; ideal {ideal:0.0} s; ratio {seconds / ideal:0.00}.");
        Assert.True(server.MostInFlight <= ceiling);
        if (full is not null)
        {
            Assert.True(seconds <= 1.15 * ideal, $"{seconds} against {ideal}");
        }

        // Every score is the one that the server gave to that question; nothing was answered twice.
        using var store = new JudgeStore(new DataFiles(_folder.Path).Judgements);
        Assert.Equal(server.Log.Count(r => Fault(r) == 0), store.Count);
        Assert.Equal(server.Log.Where(r => Fault(r) == 0).DistinctBy(r => r.Body).Count(), store.Count);
        foreach (var row in JsonLines.Read<ScoresRow>(_folder["scores.jsonl"]))
        {
            Assert.All(row.HalluScores.Concat(row.HarmoScores), s => Assert.InRange(s!.Value, 0, 5));
            Assert.All(row.ConsiScores, s => Assert.InRange(s!.Value, 0, 3));
        }

        AssertNoKey();
    }

    [Fact]
    public async Task Expired_key_stops_at_once_keeps_what_came_and_is_written_nowhere()
    {
        WriteGenerations(10);
        var expired = false;
        var answered = 0;
        using var server = new FakeEndpoint(r => Volatile.Read(ref expired) || Interlocked.Increment(ref answered) > 100
            ? FakeReply.Error(401, $"Your key {EndpointJudge.Key} has expired.")
            : JudgeAnswers.Sensible(r));
        using (var judge = new EndpointJudge(server.Url, _folder.Path))
        {
            var error = await Assert.ThrowsAsync<StopStageException>(() => Run(judge.Judge, new StageRunOptions { MaxConcurrency = 4 }));
            Assert.Contains("wrong or expired", error.Message);
            Assert.DoesNotContain(EndpointJudge.Key, error.ToString());
        }

        Assert.True(server.Log.Count <= 100 + 32 * 2, $"{server.Log.Count} requests after the key expired");
        AssertNoKey();

        // With a good key the next start asks only what was not answered.
        Interlocked.Exchange(ref answered, int.MinValue);
        server.Log.Clear();
        using (var judge = new EndpointJudge(server.Url, _folder.Path))
        {
            await Run(judge.Judge, new StageRunOptions { MaxConcurrency = 4 });
        }

        Assert.Equal(10 * 21 - 100, server.Log.Count);
    }

    [Fact]
    public async Task Reading_and_weighting_anew_costs_no_call()
    {
        WriteGenerations(5);
        using var server = new FakeEndpoint(JudgeAnswers.Sensible);
        using var judge = new EndpointJudge(server.Url, _folder.Path);
        await Run(judge.Judge, new StageRunOptions());
        var before = await File.ReadAllTextAsync(_folder["scores.jsonl"]);
        var calls = server.Log.Count;
        await Run(judge.Judge, new StageRunOptions { Restart = true });
        Assert.Equal(calls, server.Log.Count);
        Assert.Equal(before, await File.ReadAllTextAsync(_folder["scores.jsonl"]));
        Assert.Equal(5 * 21, judge.Model.Reused);

        foreach (var weights in new[] { new ScoreWeights(), new ScoreWeights(0, 0, 1) })
        {
            await new RankStage { Options = new RankOptions { Weights = weights } }.RunAsync(
                _folder["long.jsonl"], _folder["scores.jsonl"], _folder["pairs.jsonl"], new StageRunOptions { Restart = true });
        }

        Assert.Equal(calls, server.Log.Count);
    }

    [Fact]
    public async Task Unanswered_judgements_are_listed_and_can_be_had_later()
    {
        WriteGenerations(3);
        var broken = true;
        using var server = new FakeEndpoint(r => Volatile.Read(ref broken) && r.LastMessage.Contains("candidate 0-3") && !r.LastMessage.Contains("Caption 1:")
            ? FakeReply.Error(500, "always") : JudgeAnswers.Sensible(r));
        using var judge = new EndpointJudge(server.Url, _folder.Path, o => o with { MaxAttempts = 3 });
        var summary = await Run(judge.Judge, new StageRunOptions());
        Assert.Equal("v0", summary.Missing.Single().Item);
        Assert.Contains("HTTP 500", summary.Missing[0].What);
        Assert.Null(JsonLines.Read<ScoresRow>(_folder["scores.jsonl"])[0].HalluScores[3]);

        Volatile.Write(ref broken, false);
        server.Log.Clear();
        var again = await Run(judge.Judge, new StageRunOptions { RetryFailed = true });
        Assert.Empty(again.Missing);
        Assert.Equal(2, server.Log.Count);
        Assert.NotNull(JsonLines.Read<ScoresRow>(_folder["scores.jsonl"])[0].HalluScores[3]);
    }

    [Fact]
    public async Task Refusals_and_thoughts_that_eat_all_tokens_make_no_score_up()
    {
        WriteGenerations(1);
        using var server = new FakeEndpoint(r => r switch
        {
            { LastMessage: var m } when m.Contains("Caption 1:") => JudgeAnswers.Sensible(r),
            { Body: var b } when b.Contains("candidate 0-1,") => FakeReply.Says("", refusal: "I can't judge people."),
            { Body: var b } when b.Contains("candidate 0-2,") && r.Json.GetProperty("max_tokens").GetInt32() < 1024 => FakeReply.Says("<think>Score: 3? Or", finish: "length"),
            { Body: var b } when b.Contains("candidate 0-3,") => FakeReply.Says("<think>Score: 3? Or", finish: "length"),
            _ => FakeReply.Says("{\"score\": 4}"),
        });
        using (var judge = new EndpointJudge(server.Url, _folder.Path))
        {
            await Run(judge.Judge, new StageRunOptions());
        }

        var row = JsonLines.Read<ScoresRow>(_folder["scores.jsonl"]).Single();
        Assert.Equal([4, null, 4, null, 4, 4, 4, 4, 4, 4], row.HalluScores);
        Assert.Equal([4, null, 4, null, 4, 4, 4, 4, 4, 4], row.HarmoScores);
        Assert.Contains("refused: I can't judge people.", row.Unscored.First(u => u.Candidate == 1).Reason);
        Assert.Contains("cut off", row.Unscored.First(u => u.Candidate == 3).Reason);
    }

    [Fact]
    public async Task Files_that_dont_belong_together_are_refused()
    {
        WriteGenerations(2);
        JsonLines.Write(_folder["short.jsonl"], [new ShortGenerationRow { Idx = 0, VideoName = "another", ShortAnswers = ["x"] }]);
        Assert.Contains("don't belong together", (await Assert.ThrowsAsync<PralineException>(() => Run(new OfflineJudge(), new StageRunOptions()))).Message);

        // The original's file has no names; a video of which one file does not speak is listed.
        JsonLines.Write(_folder["short.jsonl"], [new ShortGenerationRow { Idx = 0, ShortAnswers = ["A red circle."] }, new ShortGenerationRow { Idx = 7, ShortAnswers = [] }]);
        var summary = await Run(new OfflineJudge(), new StageRunOptions());
        Assert.Equal(["v1", "idx 7"], summary.Rejected.Select(r => r.Item));
    }

    private void WriteGenerations(int videos)
    {
        JsonLines.Write(_folder["short.jsonl"], Enumerable.Range(0, videos).Select(v =>
            new ShortGenerationRow { Idx = v, VideoName = $"v{v}", ShortAnswers = [$"Clip one of {v}.", $"Clip two of {v}."] }));
        JsonLines.Write(_folder["long.jsonl"], Enumerable.Range(0, videos).Select(v => new LongGenerationRow
        {
            Idx = v,
            VideoName = $"v{v}",
            Question = "What?",
            Answer = "",
            Duration = 10,
            LongAnswers = [.. Enumerable.Range(0, 10).Select(c => $"This is candidate {v}-{c}, which says something.")],
        }));
    }

    private Task<StageSummary> Run(IJudge judge, StageRunOptions options) =>
        new JudgeStage(judge).RunAsync(null, _folder["short.jsonl"], _folder["long.jsonl"], _folder["scores.jsonl"], options);

    // Which fault a request meets depends on its text and on how often it came: a tenth of all, never more than five times in a row.
    private static int Fault(FakeRequest request)
    {
        var hash = StageFingerprint.Hash(Encoding.UTF8.GetBytes($"{request.Times} {request.Body}"));
        var number = Convert.ToInt32(hash[..6], 16) % 1000;
        return number < 100 && request.Times <= 5 ? 1 + number : 0;
    }

    private static FakeReply Faulty(FakeRequest request, TimeSpan latency) => Fault(request) switch
    {
        0 => JudgeAnswers.Sensible(request) with { Delay = latency },
        <= 15 => FakeReply.Error(429, "slow down", null, ("Retry-After", "1")),
        <= 30 => FakeReply.Error(429, "slow down"),
        <= 45 => FakeReply.Error(500, "internal") with { Delay = latency },
        <= 60 => FakeReply.Error(503, "overloaded"),
        <= 70 => new FakeReply { Drop = true },
        <= 80 => JudgeAnswers.Sensible(request) with { HalfBody = true, Delay = latency },
        <= 82 => JudgeAnswers.Sensible(request) with { DripEvery = TimeSpan.FromMilliseconds(30) },
        <= 90 => new FakeReply(200, "{\"choices\"") { Delay = latency },
        _ => new FakeReply(502, "<html>Bad Gateway</html>") { ContentType = "text/html" },
    };

    private void AssertNoKey()
    {
        foreach (var file in Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories))
        {
            Assert.DoesNotContain(EndpointJudge.Key, Encoding.Latin1.GetString(File.ReadAllBytes(file)));
        }
    }
}
