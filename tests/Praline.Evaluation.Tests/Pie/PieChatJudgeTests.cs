using Praline.Preferences;

namespace Praline.Evaluation.Tests;

public sealed class PieChatJudgeTests : IDisposable
{
    private readonly PieFolder _pie = new();

    public void Dispose() => _pie.Dispose();

    [Fact]
    public async Task The_model_sees_the_image_once_and_its_own_words_before_a_reminder()
    {
        var model = new Model(_ => new() { Text = "Flag: True", FinishReason = "length", Raw = "" });
        var reply = await new PieChatJudge(model).AskAsync(Case("prompt", "hm", "again"), default);
        Assert.Equal(new PieReply("Flag: True", CutOff: true), reply);
        var turns = Assert.Single(model.Requests).Turns;
        Assert.Equal(["user prompt", "assistant hm", "user again"], turns.Select(t => $"{t.Role} {t.Text}"));
        Assert.Equal("image/png", Assert.Single(turns[0].Images!).MediaType);
        Assert.All(turns.Skip(1), t => Assert.True(t.Images is null or { Count: 0 }));
    }

    [Fact]
    public async Task A_request_without_answer_is_a_failure_and_a_dead_endpoint_stops()
    {
        var reply = await new PieChatJudge(new Model(_ => throw new ChatException("overloaded", transient: true))).AskAsync(Case("p"), default);
        Assert.Equal("overloaded", reply.Failure);
        await Assert.ThrowsAsync<StopStageException>(
            () => new PieChatJudge(new Model(_ => throw new StopStageException("no key"))).AskAsync(Case("p"), default));
    }

    // The image is called .jpg and is a PNG: its content decides.
    private PieCase Case(params string[] turns) => new(PieQuestion.ReadFile(_pie.Questions)[0], "answer", _pie.Images.Find("a")!, turns);

    private sealed class Model(Func<ChatRequest, ChatAnswer> answer) : IChatModel
    {
        public List<ChatRequest> Requests { get; } = [];

        public string Name => "scripted";

        public Task<ChatAnswer> AskAsync(ChatRequest request, CancellationToken cancellation, Action<ChatAnswer>? accept = null)
        {
            Requests.Add(request);
            return Task.FromResult(answer(request));
        }
    }
}
