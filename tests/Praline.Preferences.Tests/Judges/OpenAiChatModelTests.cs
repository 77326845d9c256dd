using System.Diagnostics;
using System.Text.Json;

namespace Praline.Preferences.Tests;

/// <summary>The transport against a real server that misbehaves.</summary>
public class OpenAiChatModelTests
{
    private const string Key = "sk-secret-0123456789";
    private const string Good = """{"score": 4}""";

    [Fact]
    public async Task Asks_as_the_endpoint_expects()
    {
        using var server = new FakeEndpoint(_ => FakeReply.Says(Good));
        using var model = Model(server);
        var answer = await model.AskAsync(Request("Grüße"), default);
        Assert.Equal((Good, "stop", 100, 20), (answer.Text, answer.FinishReason, answer.PromptTokens, answer.CompletionTokens));

        var request = server.Log.Single();
        Assert.StartsWith("POST /v1/chat/completions HTTP/1.1", request.Head);
        Assert.Contains($"Authorization: Bearer {Key}", request.Head);
        Assert.Equal("""{"model":"judge","messages":[{"role":"user","content":"Grüße"}],"temperature":0,"max_tokens":64,"stream":false}""", request.Body);
    }

    public static TheoryData<string> Faults =>
    [
        "429", "429 retry-after", "429 retry-after-ms", "429 retry-after date", "408", "409", "425", "500", "502 html", "503", "529", "dropped",
        "half body", "slow drip", "no answer", "invalid json", "no choices", "empty", "html as 200", "error as 200",
    ];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Fault_is_tried_again(string fault)
    {
        using var server = new FakeEndpoint(r => r.Times <= 2 ? Make(fault) : FakeReply.Says(Good));
        using var model = Model(server, o => o with { Deadline = TimeSpan.FromMilliseconds(400) });
        var answer = await model.AskAsync(Request("x"), default);
        Assert.Equal(Good, answer.Text);
        Assert.Equal(3, server.Log.Count);
    }

    [Theory]
    [InlineData("Retry-After", "1")]
    [InlineData("retry-after-ms", "1000")]
    public async Task Retry_after_is_honoured(string header, string value)
    {
        using var server = new FakeEndpoint(r => r.Times == 1 ? FakeReply.Error(429, "slow down", null, (header, value)) : FakeReply.Says(Good));
        using var model = Model(server);
        var clock = Stopwatch.StartNew();
        await model.AskAsync(Request("x"), default);
        Assert.InRange(clock.Elapsed.TotalSeconds, 1, 3);
    }

    [Theory]
    [InlineData(401, "invalid_api_key", "key")]
    [InlineData(403, "", "key")]
    [InlineData(404, "model_not_found", "API_MODEL")]
    [InlineData(402, "", "credit")]
    [InlineData(429, "insufficient_quota", "credit")]
    public async Task What_no_retry_mends_stops_at_once_and_says_so(int status, string code, string expected)
    {
        using var server = new FakeEndpoint(_ => FakeReply.Error(status, $"Incorrect API key provided: {Key}", code));
        using var model = Model(server);
        var clock = Stopwatch.StartNew();
        var error = await Assert.ThrowsAsync<StopStageException>(() => model.AskAsync(Request("x"), default));
        Assert.Contains(expected, error.Message);
        Assert.DoesNotContain(Key, error.ToString());
        Assert.Single(server.Log);
        Assert.True(clock.Elapsed.TotalSeconds < 2);
    }

    [Fact]
    public async Task Stop_ends_the_waits_of_all_other_requests()
    {
        using var server = new FakeEndpoint(r => r.LastMessage == "x"
            ? FakeReply.Error(401, "expired") with { Delay = TimeSpan.FromMilliseconds(300) }
            : FakeReply.Error(429, "slow down", null, ("Retry-After", "60")));
        using var model = Model(server);
        var clock = Stopwatch.StartNew();
        var waiting = model.AskAsync(Request("y"), default);
        await Assert.ThrowsAsync<StopStageException>(() => model.AskAsync(Request("x"), default));
        Assert.Contains("key", (await Assert.ThrowsAsync<StopStageException>(() => waiting)).Message);
        Assert.True(clock.Elapsed.TotalSeconds < 5);
    }

    [Fact]
    public async Task Request_that_never_works_is_given_up_while_others_go_on()
    {
        using var server = new FakeEndpoint(r => r.LastMessage == "bad" ? FakeReply.Error(500, "no") : FakeReply.Says(Good));
        using var model = Model(server, o => o with { MaxAttempts = 4 });
        var bad = model.AskAsync(Request("bad"), default);
        await model.AskAsync(Request("good"), default);
        var error = await Assert.ThrowsAsync<ChatException>(() => bad);
        Assert.True(error.Transient);
        Assert.Contains("HTTP 500", error.Message);
    }

    [Fact]
    public async Task Endpoint_that_is_silent_for_long_stops_the_stage()
    {
        using var server = new FakeEndpoint(_ => new FakeReply { Drop = true });
        using var model = Model(server, o => o with { GiveUpAfter = TimeSpan.FromMilliseconds(300), MaxAttempts = 2 });
        var error = await Assert.ThrowsAsync<StopStageException>(() => model.AskAsync(Request("x"), default));
        Assert.Contains("has not answered", error.Message);
        Assert.True(server.Log.Count > 2);
    }

    [Fact]
    public async Task Refused_parameter_is_said_another_way()
    {
        using var server = new FakeEndpoint(r =>
            r.Json.TryGetProperty("max_tokens", out _) ? FakeReply.Error(400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
            : r.Json.TryGetProperty("temperature", out _) ? FakeReply.Error(400, "Unsupported value: 'temperature' does not support 0.")
            : r.Json.TryGetProperty("response_format", out _) ? FakeReply.Error(400, "response_format is not supported")
            : FakeReply.Says(Good));
        using var model = Model(server, o => o with { UseJsonSchema = true });
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => model.AskAsync(Request($"{i}") with { JsonSchema = "{}" }, default)));
        Assert.All(answers, a => Assert.Equal(Good, a.Text));
        Assert.True(server.Log.Count <= 8 * 4);
        server.Log.Clear();
        await model.AskAsync(Request("later"), default);
        Assert.Single(server.Log);
    }

    [Fact]
    public async Task Request_that_is_wrong_gets_no_answer_and_harms_no_other()
    {
        using var server = new FakeEndpoint(r => r.LastMessage == "long" ? FakeReply.Error(400, "context length exceeded") : FakeReply.Says(Good));
        using var model = Model(server);
        var error = await Assert.ThrowsAsync<ChatException>(() => model.AskAsync(Request("long"), default));
        Assert.False(error.Transient);
        Assert.Equal(Good, (await model.AskAsync(Request("short"), default)).Text);
    }

    [Fact]
    public async Task Requests_per_minute_are_kept()
    {
        using var server = new FakeEndpoint(_ => FakeReply.Says(Good));
        using var model = Model(server, o => o with { RequestsPerMinute = 5 });
        using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        var asked = Enumerable.Range(0, 9).Select(i => model.AskAsync(Request($"{i}"), cancel.Token)).ToList();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(asked));
        Assert.Equal(5, server.Log.Count);
    }

    [Fact]
    public async Task Images_are_shown()
    {
        using var server = new FakeEndpoint(_ => FakeReply.Says(Good));
        using var model = Model(server);
        await model.AskAsync(new ChatRequest { Turns = [new("user", "look", [new("image/png", new byte[] { 1, 2, 3 })])], MaxTokens = 9 }, default);
        var parts = server.Log.Single().Json.GetProperty("messages")[0].GetProperty("content");
        Assert.Equal("data:image/png;base64,AQID", parts[0].GetProperty("image_url").GetProperty("url").GetString());
        Assert.Equal("look", parts[1].GetProperty("text").GetString());
    }

    [Fact]
    public void Options_come_from_the_environment_and_never_show_the_key()
    {
        var options = new ChatOptions { Url = "https://user:pass@host/v1?key=abc", Key = Key, Model = "m" };
        Assert.Equal("m at https://host/v1", options.ToString());
        Assert.Contains("API_URL", Assert.Throws<PralineException>(() => ChatOptions.FromEnvironment(url: " ", model: "m")).Message);
    }

    private static FakeReply Make(string fault) => fault switch
    {
        "429" => FakeReply.Error(429, "slow down"),
        "429 retry-after" => FakeReply.Error(429, "slow down", null, ("Retry-After", "0.2")),
        "429 retry-after-ms" => FakeReply.Error(429, "slow down", null, ("retry-after-ms", "100")),
        // A server whose clock is years ahead: only the difference to its own Date counts.
        "429 retry-after date" => FakeReply.Error(429, "slow down", null,
            ("Date", "Thu, 01 Jan 2099 00:00:00 GMT"), ("Retry-After", "Thu, 01 Jan 2099 00:00:01 GMT")),
        "502 html" => new FakeReply(502, "<html><h1>Bad Gateway</h1></html>") { ContentType = "text/html" },
        "dropped" => new FakeReply { Drop = true },
        "half body" => FakeReply.Says(Good) with { HalfBody = true },
        "slow drip" => FakeReply.Says(Good) with { DripEvery = TimeSpan.FromMilliseconds(50) },
        "no answer" => FakeReply.Says(Good) with { Delay = TimeSpan.FromSeconds(30) },
        "invalid json" => new FakeReply(200, "{\"choices\": [{"),
        "no choices" => new FakeReply(200, "{\"choices\": []}"),
        "empty" => new FakeReply(200, ""),
        "html as 200" => new FakeReply(200, "<!doctype html><p>Sign in</p>") { ContentType = "text/html" },
        "error as 200" => new FakeReply(200, """{"error": {"message": "Provider returned error", "code": 502}}"""),
        _ => FakeReply.Error(int.Parse(fault), "something"),
    };

    private static OpenAiChatModel Model(FakeEndpoint server, Func<ChatOptions, ChatOptions>? change = null)
    {
        var options = new ChatOptions { Url = server.Url, Key = Key, Model = "judge", FirstWait = TimeSpan.FromMilliseconds(20) };
        return new OpenAiChatModel(change is null ? options : change(options));
    }

    private static ChatRequest Request(string text) => new() { Turns = [new("user", text)], MaxTokens = 64 };
}
