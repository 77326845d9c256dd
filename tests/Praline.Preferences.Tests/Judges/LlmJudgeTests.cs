using Praline.Data;
namespace Praline.Preferences.Tests;

public class LlmJudgeTests
{
    private static readonly JudgeCase Case = new()
    {
        VideoName = "v",
        Question = "What happens?",
        ClipCaptions = ["A dog runs.", "It stops."],
        Candidates = ["A dog runs and stops.", "A cat sleeps."],
    };

    [Fact]
    public async Task Asks_two_questions_a_candidate_and_one_of_all()
    {
        var model = new Scripted(q => q.Contains("Caption 1:") ? """{"the score of caption 1": 3, "the score of caption 2": 0}"""
            : q.Contains("Clip 1:") ? (q.Contains("A dog runs and stops.") ? """{"reasoning":"","score":5}""" : """{"reasoning":"","score":1}""")
            : "{'score': 4}");
        var judged = await new LlmJudge(model).JudgeAsync(Case, default);
        Assert.Equal([5, 1], judged.Hallucination.Select(j => j.Score));
        Assert.Equal([4, 4], judged.Harmony.Select(j => j.Score));
        Assert.Equal([3, 0], judged.Consistency.Select(j => j.Score));
        Assert.Equal(5, model.Asked.Count);
        Assert.Equal("""{"reasoning":"","score":5}""", ((Judgement.Scored)judged.Hallucination[0]).Raw);

        var hallucination = model.Asked.First(r => r.Turns[^1].Text.Contains("Clip 2:")).Turns;
        Assert.Equal(["system", "user"], hallucination.Select(t => t.Role));
        Assert.Contains("Clip 1:\nA dog runs.\n\nClip 2:\nIt stops.", hallucination[1].Text);
        Assert.Contains("What happens?", model.Asked.First(r => r.MaxTokens == 64).Turns[1].Text);
        Assert.All(model.Asked, r => Assert.Equal(0, r.Temperature));
        Assert.All(model.Asked, r => System.Text.Json.JsonDocument.Parse(r.JsonSchema!));
    }

    [Fact]
    public async Task Unreadable_answer_is_asked_for_again_with_the_problem()
    {
        var model = new Scripted(q => q.Contains("can't be used") ? "{'score': 3}" : q.Contains("Caption 1:") ? "[3, 3]" : "{'score': 9}");
        var judged = await new LlmJudge(model).JudgeAsync(Case, default);
        Assert.Equal([3, 3], judged.Hallucination.Select(j => j.Score));
        var again = model.Asked.First(r => r.Turns.Count == 4);
        Assert.Equal(["system", "user", "assistant", "user"], again.Turns.Select(t => t.Role));
        Assert.Contains("The score 9 is not in the range 0 to 5.", again.Turns[3].Text);
    }

    [Fact]
    public async Task After_the_last_attempt_there_is_no_score()
    {
        var model = new Scripted(_ => "I would rather not say.");
        var judged = await new LlmJudge(model, options: new LlmJudgeOptions { Attempts = 3 }).JudgeAsync(Case, default);
        Assert.All(judged.Aspects.SelectMany(a => a.Judgements), j => Assert.IsType<Judgement.Unscored>(j));
        Assert.Equal(5 * 3, model.Asked.Count);
        Assert.Contains("score of caption 2 is missing", ((Judgement.Unscored)judged.Consistency[1]).Reason);
    }

    [Fact]
    public async Task Scores_once_read_are_kept_when_others_are_asked_for_again()
    {
        var model = new Scripted(q => q.Contains("can't be used") ? """{"caption 1": 0, "caption 2": 2}"""
            : q.Contains("Caption 1:") ? """{"caption 1": 3}""" : "{'score': 4}");
        var judged = await new LlmJudge(model).JudgeAsync(Case, default);
        Assert.Equal([3, 2], judged.Consistency.Select(j => j.Score));
    }

    [Fact]
    public async Task Thoughts_that_eat_all_tokens_get_more()
    {
        var model = new Scripted(r => r.MaxTokens < 1000
            ? new ChatAnswer { Text = "", FinishReason = "length", Raw = "" }
            : new ChatAnswer { Text = r.Turns[1].Text.Contains("Caption 1:") ? "[1, 2]" : "{'score': 2}", FinishReason = "stop", Raw = "" });
        var judged = await new LlmJudge(model, options: new LlmJudgeOptions { MaxTokens = 256 }).JudgeAsync(Case, default);
        Assert.All(judged.Aspects.SelectMany(a => a.Judgements), j => Assert.IsType<Judgement.Scored>(j));
        Assert.Contains(model.Asked, r => r.MaxTokens == 1024);

        var never = await new LlmJudge(new Scripted(_ => new ChatAnswer { Text = "", FinishReason = "length", Raw = "" })).JudgeAsync(Case, default);
        Assert.Contains("cut off", ((Judgement.Unscored)never.Harmony[0]).Reason);
    }

    [Fact]
    public async Task Refusal_is_told()
    {
        var model = new Scripted(_ => new ChatAnswer { Text = "", FinishReason = "stop", Refusal = "I can't discuss this.", Raw = "" });
        var judged = await new LlmJudge(model).JudgeAsync(Case, default);
        Assert.Contains("I can't discuss this.", ((Judgement.Unscored)judged.Harmony[0]).Reason);
    }

    [Fact]
    public async Task Request_without_answer_leaves_only_its_own_score_out()
    {
        var model = new Scripted(q => q.Contains("A cat sleeps.") && q.Contains("Clip 1:") ? throw new ChatException("no answer after 8 attempts", true)
            : q.Contains("Caption 1:") ? "[1, 2]" : "{'score': 2}");
        var judged = await new LlmJudge(model).JudgeAsync(Case, default);
        Assert.Equal([2, null], judged.Hallucination.Select(j => j.Score));
        Assert.True(((Judgement.Unscored)judged.Hallucination[1]).Transient);
    }

    [Fact]
    public async Task Empty_captions_cost_no_call()
    {
        var model = new Scripted(q => q.Contains("Caption 1:") ? "[1, 2]" : "{'score': 2}");
        var judged = await new LlmJudge(model).JudgeAsync(Case with { Candidates = ["", "A dog."] }, default);
        Assert.Equal(3, model.Asked.Count);
        Assert.Null(judged.Hallucination[0].Score);
    }

    [Fact]
    public async Task Judge_may_look_at_frames()
    {
        var model = new Scripted(q => q.Contains("Caption 1:") ? "[1, 2]" : "{'score': 2}");
        var judge = new LlmJudge(model, options: new LlmJudgeOptions { Frames = 4 }, frames: new Frames());
        await judge.JudgeAsync(Case with { VideoPath = "v.mp4" }, default);
        Assert.Equal(4, model.Asked.Count(r => r.Turns[1].Images?.Count == 4));
        Assert.NotEqual(new LlmJudge(model).Fingerprint, judge.Fingerprint);
    }

    [Fact]
    public async Task Panel_averages_or_votes_and_needs_a_majority()
    {
        IJudge[] judges = [Fixed("a", 5, null), Fixed("b", 4, null), Fixed("c", 4, 2)];
        var average = await new JudgePanel(judges).JudgeAsync(Case, default);
        Assert.Equal(13 / 3.0, average.Hallucination[0].Score!.Value, 1e-12);
        Assert.Contains("1 of 3 judges", ((Judgement.Unscored)average.Hallucination[1]).Reason);
        Assert.Equal(["a", "b", "c"], average.Parts.Select(p => p.Judge));
        var vote = await new JudgePanel(judges, JudgePanelMode.Vote).JudgeAsync(Case, default);
        Assert.Equal(4, vote.Hallucination[0].Score);
    }

    // Worked out by hand.
    [Theory]
    [InlineData(new double[] { 5, 5, 0 }, 5)]
    [InlineData(new double[] { 5, 4, 0 }, 4)]
    [InlineData(new double[] { 1, 2 }, 1)]
    [InlineData(new double[] { 3 }, 3)]
    public void Vote_takes_the_most_frequent(double[] scores, double expected) => Assert.Equal(expected, JudgePanel.Vote(scores));

    private static IJudge Fixed(string name, double first, double? second) => new FixedJudge(name, [first, second]);

    private sealed class FixedJudge(string name, double?[] scores) : IJudge
    {
        public string Name => name;

        public string Fingerprint => name;

        public Task<VideoJudgements> JudgeAsync(JudgeCase video, CancellationToken cancellation)
        {
            IReadOnlyList<Judgement> all = [.. scores.Select(s => s is { } v ? (Judgement)new Judgement.Scored(v, "") : new Judgement.Unscored("none"))];
            return Task.FromResult(new VideoJudgements { Judge = name, Hallucination = all, Harmony = all, Consistency = all });
        }
    }

    private sealed class Frames : IFrameSource
    {
        public Task<IReadOnlyList<ChatImage>> FramesAsync(string path, FrameRange? range, int count, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<ChatImage>>([.. Enumerable.Repeat(new ChatImage("image/png", new byte[] { 1 }), count)]);
    }

    private sealed class Scripted(Func<ChatRequest, ChatAnswer> answer) : IChatModel
    {
        public Scripted(Func<string, string> answer)
            : this(r => new ChatAnswer { Text = answer(r.Turns[^1].Text), FinishReason = "stop", Raw = "" })
        {
        }

        public List<ChatRequest> Asked { get; } = [];

        public string Name => "scripted";

        public Task<ChatAnswer> AskAsync(ChatRequest request, CancellationToken cancellation, Action<ChatAnswer>? received = null)
        {
            lock (Asked)
            {
                Asked.Add(request);
            }

            return Task.FromResult(answer(request));
        }
    }
}
