using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Praline.Server.Tests;

/// <summary>
/// 64 clients at once with texts, images and videos, of all lengths, plain and streamed, over three adapters; one in twenty goes away in the middle. No error but theirs, and
/// every answer is that of the same request asked alone. <c>PRALINE_LOAD</c> sets the seconds; 600 is the long run, whose memory has to be flat.
/// </summary>
public sealed class LoadTests(ServedTiny served) : IClassFixture<ServedTiny>
{
    private const int Clients = 64;
    private static readonly string[] Models = ["tiny", "run-a", "run-b"];

    [Fact]
    public async Task Answers_under_load_are_those_alone()
    {
        var seconds = int.TryParse(Environment.GetEnvironmentVariable("PRALINE_LOAD"), out var wished) ? wished : 8;
        var expected = new Dictionary<int, List<string>>();
        using (var alone = new HttpClient { BaseAddress = served.Address, Timeout = TimeSpan.FromMinutes(3) })
        {
            for (var kind = 0; kind < 48; kind++)
            {
                expected[kind] = await AskAsync(alone, kind, stream: false, leave: false) ?? throw new InvalidOperationException();
            }
        }

        using var client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 256, MaxResponseDrainSize = 0 })
        {
            BaseAddress = served.Address,
            Timeout = TimeSpan.FromMinutes(3),
        };
        var (begun, answered, left, waits, memory) = (Stopwatch.GetTimestamp(), 0, 0, new List<double>(), new List<long>());
        bool Goes() => Stopwatch.GetElapsedTime(begun).TotalSeconds < seconds;
        var watch = Task.Run(async () =>
        {
            while (Goes())
            {
                await Task.Delay(TimeSpan.FromSeconds(seconds / 40.0));
                GC.Collect();
                memory.Add(Environment.WorkingSet >> 20);
            }
        });
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async number =>
        {
            var random = new Random(number);
            while (Goes())
            {
                var (kind, leave) = (random.Next(expected.Count), random.Next(20) == 0);
                var asked = Stopwatch.GetTimestamp();
                var answers = await AskAsync(client, kind, random.Next(2) == 0 || leave, leave);
                if (answers is null)
                {
                    Interlocked.Increment(ref left);
                    continue;
                }

                Assert.Equal(expected[kind], answers);
                Interlocked.Increment(ref answered);
                lock (waits)
                {
                    waits.Add(Stopwatch.GetElapsedTime(asked).TotalSeconds);
                }
            }
        }));
        await watch;
        for (var i = 0; i < 500 && served.Model.OpenRequests + served.Model.RunningRows > 0; i++)
        {
            await Task.Delay(20);
        }

        Assert.Equal((0, 0), (served.Model.OpenRequests, served.Model.RunningRows));
        Assert.True(answered > Clients && left > 0, $"{answered} answers, {left} left.");
        var (early, late) = (memory.Skip(memory.Count / 5).Take(memory.Count / 5).Average(), memory.TakeLast(memory.Count / 5).Average());
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Clients} clients for {seconds} s: {answered} answers, {left} left in the middle; median {waits.Order().ElementAt(waits.Count / 2):0.00} s; "
            + $"working set {early:0} MiB in the second fifth, {late:0} MiB in the last");
        Assert.True(seconds < 60 || late < (early * 1.1) + 50, $"Memory grew from {early:0} to {late:0} MiB.");
    }

    /// <summary>One of 48 requests; its answers' texts, or null when the client went away.</summary>
    private static async Task<List<string>?> AskAsync(HttpClient client, int kind, bool stream, bool leave)
    {
        var content = (kind % 4) switch
        {
            0 => $$"""[{"type":"video_url","video_url":{"url":"v{{kind % 3}}.mp4"} },{"type":"text","text":"What {{kind}}?"}]""",
            1 => $$"""[{"type":"image_url","image_url":{"url":"i{{kind % 3}}.png"} },{"type":"text","text":"{{new string('x', 20 + kind)}}"}]""",
            2 => $"\"Question {kind}\"",
            _ => $$"""[{"type":"image_url","image_url":{"url":"i0.png"} },{"type":"video_url","video_url":{"url":"v1.mp4","num_frames":{{1 + (kind % 5)}}} },{"type":"text","text":"Both?"}]""",
        };
        var (n, tokens) = (1 + (kind % 3), 3 + (kind * 7 % 60));
        var body = $$"""{"model":"{{Models[kind % 3]}}","seed":{{kind}},"n":{{n}},"max_tokens":{{tokens}},"temperature":{{kind % 2}},"stream":{{(stream ? "true" : "false")}},"messages":[{"role":"user","content":{{content}}}]}""";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(200, (int)response.StatusCode);
        await using var answer = await response.Content.ReadAsStreamAsync();
        if (leave)
        {
            _ = await answer.ReadAsync(new byte[200]);
            return null;
        }

        using var reader = new StreamReader(answer);
        var text = await reader.ReadToEndAsync();
        if (!stream)
        {
            return [.. JsonDocument.Parse(text).RootElement.GetProperty("choices").EnumerateArray().Select(c => c.GetProperty("message").GetProperty("content").GetString()!)];
        }

        var texts = Enumerable.Repeat("", n).ToList();
        foreach (var piece in text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).SkipLast(1).Select(e => JsonDocument.Parse(e["data: ".Length..]).RootElement.GetProperty("choices")[0]))
        {
            texts[piece.GetProperty("index").GetInt32()] += piece.GetProperty("delta").TryGetProperty("content", out var delta) ? delta.GetString() : "";
        }

        return texts;
    }
}
