using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Praline.Preferences.Tests;

/// <summary>Endpoints that are broken, or mean harm: bounded memory and time, nothing sent elsewhere, nothing paid for again and again, said at once.</summary>
public sealed class HostileEndpointTests : IDisposable
{
    private const string Good = """{"score": 4}""";
    private readonly List<string> _said = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("praline-hostile-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task An_answer_without_end_takes_bounded_memory_and_is_said()
    {
        using var server = new FakeEndpoint(_ => new FakeReply { Stream = new string('a', 1 << 20) });
        using var model = Model(server.Url);
        var (before, clock) = (GC.GetTotalAllocatedBytes(), Stopwatch.StartNew());
        var error = await Assert.ThrowsAsync<ChatException>(() => model.AskAsync(Request("x"), default));
        Assert.Contains("longer than 8,388,608 bytes", error.Message);
        Assert.True(GC.GetTotalAllocatedBytes() - before < 400L << 20, $"{(GC.GetTotalAllocatedBytes() - before) >> 20} MiB");
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 20);
        Assert.Contains(_said, text => text.Contains("longer than"));
        Assert.Equal(3, server.Log.Count);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task A_body_that_unpacks_without_end_is_bounded(string encoding)
    {
        using var packed = new MemoryStream();
        using (Stream pack = encoding switch
        {
            "gzip" => new GZipStream(packed, CompressionLevel.Optimal),
            "br" => new BrotliStream(packed, CompressionLevel.Optimal),
            _ => new ZLibStream(packed, CompressionLevel.Optimal),
        })
        {
            for (var i = 0; i < 200; i++)
            {
                pack.Write(new byte[1 << 20]); // 200 MiB in some kB
            }
        }

        using var server = new FakeEndpoint(_ => new FakeReply { Bytes = packed.ToArray(), Headers = [("Content-Encoding", encoding)] });
        using var model = Model(server.Url);
        var before = GC.GetTotalAllocatedBytes();
        Assert.Contains("unpacks to more than", (await Assert.ThrowsAsync<ChatException>(() => model.AskAsync(Request("x"), default))).Message);
        Assert.True(GC.GetTotalAllocatedBytes() - before < 400L << 20);
    }

    [Fact]
    public async Task A_packed_answer_is_read()
    {
        using var packed = new MemoryStream();
        using (var pack = new GZipStream(packed, CompressionLevel.Optimal))
        {
            pack.Write(Encoding.UTF8.GetBytes(FakeReply.Says(Good).Body));
        }

        using var server = new FakeEndpoint(_ => new FakeReply { Bytes = packed.ToArray(), Headers = [("Content-Encoding", "gzip")] });
        using var model = Model(server.Url);
        Assert.Equal(Good, (await model.AskAsync(Request("x"), default)).Text);
    }

    [Fact]
    public async Task A_pause_between_bytes_ends_an_attempt()
    {
        using var server = new FakeEndpoint(r => r.Times == 1 ? new FakeReply { Stream = " ", StreamPause = TimeSpan.FromSeconds(30) } : FakeReply.Says(Good));
        using var model = Model(server.Url, o => o with { BetweenBytes = TimeSpan.FromMilliseconds(300), Deadline = TimeSpan.FromSeconds(60) });
        var clock = Stopwatch.StartNew();
        Assert.Equal(Good, (await model.AskAsync(Request("x"), default)).Text);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 10);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_not_followed(int status)
    {
        using var other = new FakeEndpoint(_ => FakeReply.Says("10"));
        using var server = new FakeEndpoint(_ => new FakeReply(status) { Headers = [("Location", other.Url + "/chat/completions?secret=1")] });
        using var model = Model(server.Url);
        var error = await Assert.ThrowsAsync<StopStageException>(() => model.AskAsync(Request("x"), default));
        Assert.Contains($"redirects to {other.Url}/chat/completions", error.Message);
        Assert.DoesNotContain("secret", error.Message);
        Assert.Empty(other.Log);
        Assert.Single(server.Log);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/chat/completions")]
    [InlineData("/chat/completions/")]
    [InlineData("?api-version=1")]
    public async Task The_address_may_name_the_route(string ending)
    {
        using var server = new FakeEndpoint(_ => FakeReply.Says(Good));
        using var model = Model(server.Url + ending);
        await model.AskAsync(Request("x"), default);
        Assert.StartsWith($"POST /v1/chat/completions{(ending.StartsWith('?') ? ending : "")} HTTP/1.1", server.Log.Single().Head);
    }

    public static TheoryData<string> Unreadable =>
    [
        "data: {\"choices\": [{\"delta\": {\"content\": \"4\"}}]}\n\ndata: [DONE]\n\n", "{\"choices\": [null]}", "{\"choices\": []}", "{\"choices\": 3}", "not json", "[1]", "{\"id\": 1}",
    ];

    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task Answers_that_cannot_be_read_are_kept_and_not_asked_for_without_end(string body)
    {
        using var server = new FakeEndpoint(_ => new FakeReply(200, body));
        var path = Path.Combine(_folder, "judgements.sqlite");
        using (var store = new JudgeStore(path))
        using (var model = Model(server.Url))
        {
            var stored = new StoredChatModel(model, store);
            var errors = await Task.WhenAll(Enumerable.Range(0, 14).Select(async i =>
                await Record.ExceptionAsync(() => stored.AskAsync(Request($"question {i}"), default))));
            Assert.All(errors, error => Assert.True(error is ChatException or StopStageException, error?.ToString()));
            Assert.Contains(errors, error => error is StopStageException && error.Message.Contains("API_URL"));
            Assert.InRange(server.Log.Count, 1, 14 + 5); // each asked once at most while the first answers were on their way
            Assert.Equal(server.Log.Count, store.Unreadable);
        }

        Assert.NotEmpty(_said);
    }

    [Fact]
    public async Task One_that_cannot_be_read_among_good_ones_is_asked_three_times()
    {
        using var server = new FakeEndpoint(r => r.LastMessage == "bad" ? new FakeReply(200, "{\"choices\": [null]}") : FakeReply.Says(Good));
        using var store = new JudgeStore(Path.Combine(_folder, "judgements.sqlite"));
        using var model = Model(server.Url);
        var stored = new StoredChatModel(model, store);
        await stored.AskAsync(Request("good"), default);
        var error = await Assert.ThrowsAsync<ChatException>(() => stored.AskAsync(Request("bad"), default));
        Assert.Contains("choices[0].message", error.Message);
        Assert.Equal(4, server.Log.Count);
        Assert.Equal((1, 3), (store.Count, store.Unreadable));
    }

    [Fact]
    public async Task Half_a_character_is_an_answer()
    {
        using var server = new FakeEndpoint(_ => new FakeReply(200, """{"ke\ud83dy": 1, "choices": [{"finish_reason": "stop", "message": {"content": "4 \ud83d\ude00 \\\\ud83d \ud83d!"}}]}"""));
        using var store = new JudgeStore(Path.Combine(_folder, "judgements.sqlite"));
        using var model = Model(server.Url);
        var stored = new StoredChatModel(model, store);
        Assert.Equal("4 \ud83d\ude00 \\\\ud83d \ufffd!".Replace("\\\\", "\\"), (await stored.AskAsync(Request("x"), default)).Text.Replace("\\\\", "\\"));
        await stored.AskAsync(Request("x"), default);
        Assert.Single(server.Log);
        Assert.Equal(1, stored.Reused);
    }

    [Fact]
    public async Task A_refused_port_is_said_at_once()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        using var model = Model($"http://127.0.0.1:{port}/v1");
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(1.5));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => model.AskAsync(Request("x"), stop.Token));
        Assert.Contains("refused", Assert.Single(_said));
    }

    [Fact]
    public async Task A_certificate_that_nobody_trusts_stops_at_once()
    {
        using var key = RSA.Create(2048);
        using var made = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _ = Task.Run(async () =>
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync();
                using var secure = new SslStream(client.GetStream());
                try
                {
                    await secure.AuthenticateAsServerAsync(certificate);
                }
                catch (IOException)
                {
                    // The client hangs up: as it should.
                }
            }
        });
        using var model = Model($"https://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/v1");
        var clock = Stopwatch.StartNew();
        var error = await Assert.ThrowsAsync<StopStageException>(() => model.AskAsync(Request("x"), default));
        Assert.Contains("certificate", error.Message);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 10);
    }

    [Fact]
    public void A_store_of_another_layout_is_named_as_that()
    {
        var path = Path.Combine(_folder, "other.sqlite");
        using (var other = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={path};Pooling=False"))
        {
            other.Open();
            using var command = other.CreateCommand();
            command.CommandText = "CREATE TABLE answers (id INTEGER PRIMARY KEY, text TEXT)";
            command.ExecuteNonQuery();
        }

        var error = Assert.Throws<StopStageException>(() => new JudgeStore(path));
        Assert.Contains("another layout", error.Message);
        Assert.DoesNotContain("permission", error.Message);
    }

    private OpenAiChatModel Model(string url, Func<ChatOptions, ChatOptions>? change = null)
    {
        var options = new ChatOptions { Url = url, Key = "sk-secret-0123456789", Model = "judge", FirstWait = TimeSpan.FromMilliseconds(20), Report = _said.Add };
        return new OpenAiChatModel(change is null ? options : change(options));
    }

    private static ChatRequest Request(string text) => new() { Turns = [new("user", text)], MaxTokens = 64 };
}
