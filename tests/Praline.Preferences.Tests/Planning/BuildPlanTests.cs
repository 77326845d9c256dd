namespace Praline.Preferences.Tests;

public sealed class BuildPlanTests
{
    // Worked out by hand: 4 s give 2 clips, 25 s give 3, 200 s give 16; 8 frames a clip; 8, 12 and 16 frames a video.
    [Fact]
    public void Counts_are_those_of_the_build()
    {
        var plan = BuildPlan.Of([new(40, 4), new(250, 25), new(2000, 200)], new PlanOptions());
        Assert.Equal((3, 21, 229), (plan.Videos, plan.Clips, (int)plan.Duration.TotalSeconds));
        Assert.Equal(21 * 8 + 8 + 12 + 16, plan.Frames);
        Assert.Equal(2 * (21 + 30), plan.Captions);
        Assert.Equal(3 * 21, plan.JudgeCalls);
        Assert.Null(plan.Cost);
    }

    [Fact]
    public void One_candidate_more_is_one_draft_more_to_read()
    {
        long Read(int candidates) => BuildPlan.Of([new(40, 4)], new PlanOptions { Candidates = candidates, CaptionTokens = 70 }).CaptionerPromptTokens;
        Assert.Equal(10 * 70, Read(20) - Read(10));
    }

    [Fact]
    public void Cost_is_tokens_times_prices_and_offline_costs_nothing()
    {
        var options = new PlanOptions { PricePerMillionPrompt = 2, PricePerMillionAnswer = 10 };
        var plan = BuildPlan.Of([new(40, 4)], options);
        Assert.Equal((plan.JudgePromptTokens * 2 + plan.JudgeAnswerTokens * 10) / 1e6m, plan.Cost);
        Assert.Equal((0, 0m), (BuildPlan.Of([new(40, 4)], options with { JudgeIsPaid = false }) is var free ? free.JudgeCalls : 1, free.Cost));
    }

    // The guess must be of the right size: within a factor of two of the questions that are really asked.
    [Fact]
    public async Task Expected_tokens_are_near_to_what_is_asked()
    {
        using var folder = new TempFolder();
        FactVideo.WriteFolder(folder["videos"], 6);
        File.WriteAllText(folder["videos", "broken.mp4"], "x");
        using var server = new FakeEndpoint(JudgeAnswers.Sensible);
        using (var judge = new EndpointJudge(server.Url, folder["out"]))
        {
            await Builders.Facts(judge: judge.Judge).RunAsync(folder["videos"], VideoFolder.Scan(folder["videos"]), folder["out"], new StageRunOptions());
        }

        var plan = BuildPlan.Of(folder["videos"], VideoFolder.Scan(folder["videos"]), new FactProbe(), new PlanOptions { Candidates = 6, CaptionTokens = 25 });
        var asked = server.Log.Sum(r => r.Json.GetProperty("messages").EnumerateArray().Sum(m => m.GetProperty("content").GetString()!.Length)) / 4.0;
        Assert.Equal(6, plan.Videos);
        Assert.Equal("broken", plan.Rejected.Single().Item);
        Assert.InRange(plan.JudgePromptTokens, asked / 2, asked * 2);
        Assert.InRange(server.Log.Count, plan.JudgeCalls * 0.8, plan.JudgeCalls);
    }
}
