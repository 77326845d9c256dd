using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Praline.Server.Tests;

/// <summary>
/// Bodies and heads that nobody should send: mutated requests, huge numbers, deep JSON, bad base64, bombs. Each is answered with a status below 500 (or the connection is
/// closed), memory stays bounded, and afterwards the server answers as before. <c>PRALINE_FUZZ</c> sets how many; 100,000 take a minute.
/// </summary>
public sealed class FuzzTests(ServedTiny served) : IClassFixture<ServedTiny>
{
    private static readonly string[] Odd =
    [
        "null", "true", "-1", "0", "1e400", "-1e-400", "9999999999999999999999", "\"\"", "\"\\u0000\"", "\"\\ud800\"", "[]", "{}", "[[]]", "NaN", "'x'", "\"tiny\"", "[1,\"a\",null]",
        new string('[', 200), new string('{', 70), "{\"a\":" + new string('[', 60) + new string(']', 60) + "}", "\"" + new string('x', 3000) + "\"", "1." + new string('0', 400) + "1",
        "{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\",\"schema\":{\"$ref\":\"#\"}}}",
        "{\"type\":\"json_schema\",\"json_schema\":{\"name\":\"a\",\"schema\":{\"anyOf\":[{\"$ref\":\"#\"},{\"type\":\"array\",\"items\":{\"$ref\":\"#\"},\"maxItems\":2000000000}]}}}",
        "\"data:image/png;base64,iVBORw0KGgo=\"", "\"data:video/mp4;base64,AAAA\"", "\"file:///etc/passwd\"", "\"../secret.txt\"", "\"http://169.254.169.254/\"", "{\"url\":\"/dev/zero\"}",
    ];

    private static readonly string[] Heads =
    [
        "Content-Length: -5", "Content-Length: 99999999999999999999", "Transfer-Encoding: gzip", "Content-Length: 5\r\nContent-Length: 6", "Expect: 100-continue", "Origin: null", "Host:",
        "Authorization: Bearer \u00e9\u00e9", "Content-Type: application/json; charset=utf-16", "Content-Encoding: br", "Connection: upgrade\r\nUpgrade: websocket", "X: " + new string('y', 9000),
        "Cookie: " + new string('a', 40000), "Range: bytes=0-", "Content-Type: multipart/form-data", "X-Forwarded-For: 127.0.0.1",
    ];

    [Fact]
    public async Task Nothing_brings_it_down()
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("PRALINE_FUZZ"), out var wished) ? wished : 20_000;
        var seeds = Seeds();
        var before = await Answer();
        GC.Collect();
        var memory = Environment.WorkingSet;
        var (statuses, next, begun) = (new int[600], -1, Stopwatch.GetTimestamp());
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (int i; (i = Interlocked.Increment(ref next)) < count;)
            {
                var random = new Random(i);
                var status = random.Next(8) == 0 ? await RawAsync(Head(random), Body(random, seeds)) : await PostAsync(random, Body(random, seeds));
                Assert.True(status < 500, $"fuzz {i}: status {status}");
                Interlocked.Increment(ref statuses[status]);
            }
        })));
        for (var i = 0; i < 500 && served.Model.OpenRequests > 0; i++)
        {
            await Task.Delay(20);
        }

        Assert.Equal(before, await Answer());
        Assert.Equal(0, served.Model.OpenRequests);
        Assert.True(statuses[200] > 0 && statuses[400] > 0 && statuses[404] > 0);
        GC.Collect();
        var grown = (Environment.WorkingSet - memory) >> 20;
        Assert.True(grown < 900, $"Memory grew by {grown} MiB.");
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{count} requests in {Stopwatch.GetElapsedTime(begun).TotalSeconds:0} s, memory +{grown} MiB, by status: "
            + string.Join(", ", statuses.Index().Where(s => s.Item > 0).Select(s => $"{(s.Index == 0 ? "closed" : s.Index)} {s.Item}")));
    }

    private async Task<string> Answer()
    {
        var (status, body) = await served.PostAsync(
            "/v1/chat/completions",
            """{"model":"tiny","seed":1,"max_tokens":20,"messages":[{"role":"user","content":[{"type":"video_url","video_url":{"url":"v0.mp4"}},{"type":"text","text":"What?"}]}]}""");
        Assert.Equal(200, status);
        return body.GetProperty("choices").GetRawText();
    }

    private List<(string Path, string Body)> Seeds() =>
    [
        ("/v1/chat/completions", """{"model":"tiny","max_tokens":2,"messages":[{"role":"user","content":"Hello"}],"temperature":0.5,"top_p":0.9,"n":1,"stop":["a"],"seed":3,"stream":false}"""),
        ("/v1/chat/completions", """{"model":"run-a","max_tokens":2,"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"i0.png"}},{"type":"text","text":"What?"}]}],"logprobs":true,"top_logprobs":2}"""),
        ("/v1/chat/completions", """{"model":"tiny","max_tokens":2,"messages":[{"role":"user","content":[{"type":"video_url","video_url":{"url":"v1.mp4","num_frames":2}}]}],"stream":true,"stream_options":{"include_usage":true}}"""),
        ("/v1/chat/completions", $$"""{"model":"tiny","max_tokens":2,"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,{{Convert.ToBase64String(MediaTests.PngBomb(30000, 30000))[..2000]}}"} }]}]}"""),
        ("/v1/chat/completions", """{"model":"tiny","max_tokens":3,"messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_schema","json_schema":{"name":"x","schema":{"type":"object","properties":{"a":{"enum":[1,"b"]},"c":{"type":"array","items":{"type":"number"}}},"required":["a"]}}}}"""),
        ("/v1/completions", """{"model":"tiny","prompt":["a","b"],"max_tokens":2,"logprobs":1,"logit_bias":{"5":1}}"""),
        ("/v1/responses", """{"model":"tiny","input":[{"role":"user","content":[{"type":"input_text","text":"Hello"}]}],"max_output_tokens":2,"text":{"format":{"type":"text"}}}"""),
    ];

    /// <summary>A request with a few things changed: bytes, numbers, values, pieces cut out or doubled.</summary>
    private static (string Path, byte[] Body) Body(Random random, List<(string Path, string Body)> seeds)
    {
        var (path, text) = seeds[random.Next(seeds.Count)];
        for (var changes = random.Next(4); changes > 0; changes--)
        {
            var (at, length) = (random.Next(text.Length), random.Next(1, 12));
            var end = Math.Min(text.Length, at + length);
            var value = text.IndexOf(':', at);
            text = random.Next(5) switch
            {
                0 => text[..at] + text[end..],
                1 => text[..end] + text[at..],
                2 => text[..at] + (char)random.Next(1, 0x2FF) + text[at..],
                _ when value > 0 && text.IndexOfAny([',', '}', ']'], value) is > 0 and var until => text[..(value + 1)] + Odd[random.Next(Odd.Length)] + text[until..],
                _ => text[..at] + Odd[random.Next(Odd.Length)] + text[at..],
            };
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        if (random.Next(6) == 0 && bytes.Length > 0)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        return (random.Next(20) == 0 ? path + "/" + (char)random.Next(33, 127) : path, bytes);
    }

    private static string Head(Random random) => string.Concat(Enumerable.Range(0, random.Next(1, 3)).Select(_ => Heads[random.Next(Heads.Length)] + "\r\n"));

    private async Task<int> PostAsync(Random random, (string Path, byte[] Body) request)
    {
        using var content = new ByteArrayContent(request.Body);
        content.Headers.TryAddWithoutValidation("Content-Type", random.Next(30) == 0 ? "text/plain" : "application/json");
        using var response = await served.Client.PostAsync(request.Path, content);
        await response.Content.CopyToAsync(Stream.Null);
        return (int)response.StatusCode;
    }

    /// <summary>Sends bytes as they are; 0 when the connection is closed without an answer.</summary>
    private async Task<int> RawAsync(string head, (string Path, byte[] Body) request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, served.Address.Port);
        var stream = client.GetStream();
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes($"POST {request.Path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n{head}Content-Length: {request.Body.Length}\r\n\r\n"));
            await stream.WriteAsync(request.Body);
            client.Client.Shutdown(SocketShutdown.Send);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            var answer = await reader.ReadToEndAsync(patience.Token);
            var last = answer.LastIndexOf("HTTP/1.1 ", StringComparison.Ordinal);
            return last < 0 ? 0 : int.Parse(answer.AsSpan(last + 9, 3), provider: System.Globalization.CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
        catch (SocketException)
        {
            return 0;
        }
    }
}
