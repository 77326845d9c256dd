using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Praline.Server.Tests;

/// <summary>What is wrong is refused by name with the API's error and the right status, and the server goes on.</summary>
public sealed class RefusalTests(ServedTiny served) : IClassFixture<ServedTiny>
{
    private const string Hello = "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]";

    [Theory]
    [InlineData("""{"model":"tiny"}""", 400, "messages", "missing_field")]
    [InlineData("""{"model":"tiny","messages":[]}""", 400, "messages", null)]
    [InlineData("""{"model":"tiny","messages":"Hello"}""", 400, "messages", null)]
    [InlineData("""{"model":"tiny","messages":[{"role":"user"}]}""", 400, "messages[0].content", "missing_field")]
    [InlineData("""{"model":"tiny","messages":[{"role":"pirate","content":"Hello"}]}""", 400, "messages[0].role", "unsupported_value")]
    [InlineData("""{"model":"tiny","messages":[{"role":"user","content":[{"type":"text","text":3}]}]}""", 400, "messages[0].content[0].text", null)]
    [InlineData("""{"model":"tiny","messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{}}]}]}""", 400, "messages[0].content[0].type", "unsupported_value")]
    [InlineData("""{"model":"tiny","messages":[{"role":"user","content":"Hello","colour":"red"}]}""", 400, "messages[0].colour", "unknown_field")]
    [InlineData("""{"model":"tiny","messages":[{"role":"user","content":"Show <image> it"}]}""", 400, "messages", null)]
    [InlineData("""{"model":"gpt-9",HELLO}""", 404, "model", "model_not_found")]
    [InlineData("""{HELLO}""", 400, "model", "missing_field")]
    [InlineData("""{"model":"tiny",HELLO,"temprature":0}""", 400, "temprature", "unknown_field")]
    [InlineData("""{"model":"tiny",HELLO,"temperature":2.5}""", 400, "temperature", null)]
    [InlineData("""{"model":"tiny",HELLO,"temperature":"hot"}""", 400, "temperature", null)]
    [InlineData("""{"model":"tiny",HELLO,"temperature":1e999}""", 400, "temperature", null)]
    [InlineData("""{"model":"tiny",HELLO,"max_tokens":0}""", 400, "max_tokens", null)]
    [InlineData("""{"model":"tiny",HELLO,"max_tokens":1.5}""", 400, "max_tokens", null)]
    [InlineData("""{"model":"tiny",HELLO,"max_tokens":5,"max_completion_tokens":6}""", 400, "max_tokens", null)]
    [InlineData("""{"model":"tiny",HELLO,"n":100000}""", 400, "n", null)]
    [InlineData("""{"model":"tiny",HELLO,"seed":1e30}""", 400, "seed", null)]
    [InlineData("""{"model":"tiny",HELLO,"stop":[""]}""", 400, "stop", null)]
    [InlineData("""{"model":"tiny",HELLO,"top_logprobs":3}""", 400, "top_logprobs", null)]
    [InlineData("""{"model":"tiny",HELLO,"logprobs":true,"top_logprobs":21}""", 400, "top_logprobs", null)]
    [InlineData("""{"model":"tiny",HELLO,"logit_bias":{"99999":1}}""", 400, "logit_bias", null)]
    [InlineData("""{"model":"tiny",HELLO,"stream_options":{"include_usage":true}}""", 400, "stream_options", null)]
    [InlineData("""{"model":"tiny",HELLO,"response_format":{"type":"xml"}}""", 400, "response_format.type", null)]
    [InlineData("""{"model":"tiny",HELLO,"response_format":{"type":"json_schema","json_schema":{"name":"x"}}}""", 400, "response_format.json_schema.schema", "missing_field")]
    [InlineData("""{"model":"tiny",HELLO,"response_format":{"type":"json_schema","json_schema":{"name":"x","schema":{"type":"integer","minimum":3}}}}""", 400, "response_format", null)]
    [InlineData("""{"model":"tiny",HELLO,"tools":[{"type":"function","function":{"name":"f"}}]}""", 400, "tools", "unsupported_value")]
    [InlineData("""{"model":"tiny",HELLO,"store":true}""", 400, "store", "unsupported_value")]
    [InlineData("""{"model":"tiny",HELLO,"reasoning_effort":"high"}""", 400, "reasoning_effort", "unsupported_value")]
    [InlineData("""{"model":"tiny",HELLO,"chat_template_kwargs":{"enable_thinking":true}}""", 400, "chat_template_kwargs.enable_thinking", "unsupported_value")]
    [InlineData("""{"model":"tiny",HELLO,"model":"tiny"}""", 400, null, "invalid_json")]
    [InlineData("""{"model":"tiny","messages":[{"role":"user","content":"\ud800"}]}""", 400, null, "invalid_json")]
    [InlineData("""[1,2]""", 400, "", null)]
    [InlineData("""{"model":""", 400, null, "invalid_json")]
    [InlineData("", 400, null, "invalid_json")]
    public async Task Each_is_told_what_is_wrong(string body, int expected, string? parameter, string? code)
    {
        var (status, answer) = await served.PostAsync("/v1/chat/completions", body.Replace("HELLO", Hello, StringComparison.Ordinal));
        RequireError(expected, parameter, code, status, answer);
        var streamed = body.EndsWith('}') ? body.Replace("HELLO", Hello, StringComparison.Ordinal)[..^1] + ",\"stream\":true}" : body;
        if (!streamed.Contains("stream_options", StringComparison.Ordinal) && !streamed.StartsWith("{,", StringComparison.Ordinal))
        {
            (status, answer) = await served.PostAsync("/v1/chat/completions", streamed);
            RequireError(expected, parameter, code, status, answer);
        }
    }

    [Fact]
    public async Task Too_long_a_prompt_has_the_code_that_clients_look_for()
    {
        var (status, answer) = await served.PostAsync("/v1/chat/completions", $$"""{"model":"tiny","messages":[{"role":"user","content":"{{new string('x', 5000)}}"}]}""");
        RequireError(400, "messages", "context_length_exceeded", status, answer);
        (status, answer) = await served.PostAsync("/v1/chat/completions", $$"""{"model":"tiny","messages":[{"role":"user","content":"{{new string('x', 2 << 20)}}"}]}""");
        RequireError(400, "messages[0].content", "context_length_exceeded", status, answer);
    }

    [Theory]
    [InlineData("GET", "/v1/chat/completions", 405)]
    [InlineData("POST", "/v1/models", 405)]
    [InlineData("POST", "/v1/embeddings", 404)]
    [InlineData("GET", "/", 404)]
    [InlineData("GET", "/v1/models/other", 404)]
    [InlineData("GET", "/../../etc/passwd", 404)]
    public async Task Routes_that_are_not_there_say_so(string method, string path, int expected)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await served.Client.SendAsync(request);
        Assert.Equal(expected, (int)response.StatusCode);
        RequireError(expected, null, null, expected, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement, parameterToo: false);
    }

    [Fact]
    public async Task Other_names_other_sites_other_types_and_wrong_keys_are_refused()
    {
        var (_, client) = await served.StartAsync(new ServeOptions { Port = 0, ApiKey = "0123456789abcdef" });
        async Task<int> Send(HttpClient to, string path, string? type, params (string Name, string Value)[] headers)
        {
            using var request = new HttpRequestMessage(type is null ? HttpMethod.Get : HttpMethod.Post, path);
            request.Content = type is null ? null : new StringContent("{\"model\":\"tiny\",\"max_tokens\":1," + Hello + "}", Encoding.UTF8, type);
            foreach (var (name, value) in headers)
            {
                Assert.True(request.Headers.TryAddWithoutValidation(name, value) || request.Content!.Headers.TryAddWithoutValidation(name, value));
            }

            using var response = await to.SendAsync(request);
            return (int)response.StatusCode;
        }

        Assert.Equal(401, await Send(client, "/v1/models", null));
        Assert.Equal(401, await Send(client, "/metrics", null));
        Assert.Equal(401, await Send(client, "/v1/chat/completions", "application/json", ("Authorization", "Bearer 0123456789abcdeX")));
        Assert.Equal(200, await Send(client, "/v1/chat/completions", "application/json", ("Authorization", "Bearer 0123456789abcdef")));
        Assert.Equal(200, await Send(client, "/health", null));
        Assert.Equal(421, await Send(served.Client, "/v1/models", null, ("Host", "evil.example")));
        Assert.Equal(403, await Send(served.Client, "/v1/chat/completions", "application/json", ("Origin", "https://evil.example")));
        Assert.Equal(415, await Send(served.Client, "/v1/chat/completions", "text/plain"));
        Assert.Equal(415, await Send(served.Client, "/v1/chat/completions", "application/json", ("Content-Encoding", "gzip")));
        Assert.Throws<PralineException>(() => ApiServer.Build(served.Model, new ServeOptions { Address = IPAddress.Any }));
        Assert.Throws<PralineException>(() => ApiServer.Build(served.Model, new ServeOptions { ModelName = "run-a" }));
    }

    [Fact]
    public async Task Limits_are_statuses()
    {
        var (_, client) = await served.StartAsync(new ServeOptions { Port = 0, MaxBodyBytes = 2000, MaxHeldBytes = 3000, MaxRequests = 2, MaxTokens = 600, MaxMedia = 1, MediaRoot = served.Media });
        // A client that sends on while it is refused may see the connection close instead; this one waits for leave.
        client.DefaultRequestHeaders.ExpectContinue = true;
        var (status, body) = await served.PostAsync("/v1/chat/completions", "{\"model\":\"tiny\",\"user\":\"" + new string('x', 3000) + "\"," + Hello + "}", client);
        client.DefaultRequestHeaders.ExpectContinue = false;
        RequireError(413, null, "request_too_large", status, body);
        (status, body) = await served.PostAsync("/v1/chat/completions", "{\"model\":\"tiny\",\"max_tokens\":601," + Hello + "}", client);
        RequireError(400, "max_tokens", "too_many_tokens", status, body);
        const string Image = """{"type":"image_url","image_url":{"url":"i0.png"}}""";
        (status, body) = await served.PostAsync("/v1/chat/completions", $$"""{"model":"tiny","messages":[{"role":"user","content":[{{Image}},{{Image}}]}]}""", client);
        RequireError(400, "messages[0].content[1]", "too_many_media", status, body);

        var three = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => served.PostAsync("/v1/chat/completions", "{\"model\":\"tiny\",\"max_tokens\":600,\"logit_bias\":{\"2\":-100}," + Hello + "}", client)));
        Assert.Contains(three, t => t.Status == 200);
        Assert.All(three.Where(t => t.Status != 200), t => RequireError(429, null, "queue_full", t.Status, t.Body));
        Assert.Contains(three, t => t.Status == 429);
    }

    /// <summary>A body that is announced and never comes, one without an end, and one that is no HTTP at all: none of them keeps the server from answering others.</summary>
    [Fact]
    public async Task Endless_and_broken_requests_hold_up_nobody()
    {
        var endless = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
        using var chunked = await Connect(endless);
        var piece = Encoding.ASCII.GetBytes("10000\r\n" + new string(' ', 65536) + "\r\n");
        var sent = 0L;
        try
        {
            while (sent < 200 << 20)
            {
                await chunked.GetStream().WriteAsync(piece);
                sent += piece.Length;
            }
        }
        catch (IOException)
        {
            // It was cut off.
        }

        Assert.InRange(sent, 1, 150L << 20);
        using var waiting = await Connect("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 60000000\r\n\r\n{");
        using var half = await Connect("POST /v1/chat/comp");
        using var noise = await Connect("\0\u0001\u0002 nothing of HTTP\r\n\r\n");
        var (status, _) = await served.PostAsync("/v1/chat/completions", "{\"model\":\"tiny\",\"max_tokens\":2," + Hello + "}");
        Assert.Equal(200, status);
        var answer = await new StreamReader(noise.GetStream()).ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 400", answer);
    }

    internal static void RequireError(int expected, string? parameter, string? code, int status, JsonElement body, bool parameterToo = true)
    {
        Assert.True(expected == status, $"{status}: {body.GetRawText()}");
        var error = body.GetProperty("error");
        Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(p => p.Name));
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        Assert.NotEmpty(error.GetProperty("type").GetString()!);
        Assert.DoesNotContain("   at ", error.GetProperty("message").GetString());
        if (parameterToo)
        {
            Assert.Equal(parameter, error.GetProperty("param").GetString());
            Assert.Equal(code, error.GetProperty("code").GetString());
        }
    }

    private async Task<TcpClient> Connect(string text)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, served.Address.Port);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(text));
        return client;
    }
}
