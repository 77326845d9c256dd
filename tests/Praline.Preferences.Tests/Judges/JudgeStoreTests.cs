namespace Praline.Preferences.Tests;

public sealed class JudgeStoreTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Same_question_is_asked_once_ever()
    {
        using var server = new FakeEndpoint(_ => FakeReply.Says("{'score': 4}") with { Delay = TimeSpan.FromMilliseconds(50) });
        for (var process = 0; process < 3; process++)
        {
            using var store = new JudgeStore(_folder["judgements.sqlite"]);
            using var endpoint = new OpenAiChatModel(new ChatOptions { Url = server.Url, Model = "judge" });
            var model = new StoredChatModel(endpoint, store);
            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => model.AskAsync(Request($"question {i % 4}"), default)));
            Assert.All(answers, a => Assert.Equal(("{'score': 4}", 100, 20), (a.Text, a.PromptTokens, a.CompletionTokens)));
            Assert.Equal(4, store.Count);
            Assert.Equal((400, 80), store.Tokens);
        }

        Assert.Equal(4, server.Log.Count);
    }

    [Fact]
    public void Key_is_of_model_messages_and_parameters()
    {
        ChatRequest request = Request("x");
        string[] keys =
        [
            request.KeyFor("a"), request.KeyFor("b"), Request("y").KeyFor("a"), (request with { MaxTokens = 9 }).KeyFor("a"),
            (request with { Temperature = 1 }).KeyFor("a"), (request with { JsonSchema = "{}" }).KeyFor("a"),
            (request with { Turns = [new("user", "x", [new("image/png", new byte[] { 1 })])] }).KeyFor("a"),
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal(keys[0], Request("x").KeyFor("a"));
    }

    [Fact]
    public async Task Several_connections_write_at_once()
    {
        var answer = ChatReply.Read(200, FakeReply.Says("4").Body, _ => null).Answer!;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(w => Task.Run(() =>
        {
            using var store = new JudgeStore(_folder["judgements.sqlite"]);
            for (var i = 0; i < 50; i++)
            {
                store.Add($"{i % 60} {w % 2}", "m", "{}", answer);
            }
        })));
        using var all = new JudgeStore(_folder["judgements.sqlite"]);
        Assert.Equal(100, all.Count);
    }

    [Fact]
    public async Task Failed_request_is_not_stored()
    {
        var times = 0;
        using var server = new FakeEndpoint(_ => Interlocked.Increment(ref times) == 1 ? FakeReply.Error(400, "no") : FakeReply.Says("4"));
        using var store = new JudgeStore(_folder["judgements.sqlite"]);
        using var endpoint = new OpenAiChatModel(new ChatOptions { Url = server.Url, Model = "judge" });
        var model = new StoredChatModel(endpoint, store);
        await Assert.ThrowsAsync<ChatException>(() => model.AskAsync(Request("x"), default));
        Assert.Equal(0, store.Count);
        Assert.Equal("4", (await model.AskAsync(Request("x"), default)).Text);
    }

    [Fact]
    public void File_that_is_no_store_is_a_clear_error()
    {
        _folder.Write("judgements.sqlite", new string('x', 5000));
        var error = Assert.Throws<StopStageException>(() => new JudgeStore(_folder["judgements.sqlite"]));
        Assert.Contains("is no store", error.Message);
    }

    private static ChatRequest Request(string text) => new() { Turns = [new("user", text)], MaxTokens = 64 };
}
