using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Praline.Preferences.Tests;

/// <summary>
/// A real HTTP server on loopback that speaks <c>/chat/completions</c> and misbehaves as it is told. What it does with a request is up to
/// <paramref name="script"/>; it keeps a log of all requests.
/// </summary>
internal sealed class FakeEndpoint : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<FakeRequest, FakeReply> _script;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, int> _times = new();
    private int _inFlight, _mostInFlight;

    public FakeEndpoint(Func<FakeRequest, FakeReply> script)
    {
        _script = script;
        _listener.Start(4096);
        _ = Accept();
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/v1";

    /// <summary>All requests in the order they came.</summary>
    public ConcurrentQueue<FakeRequest> Log { get; } = new();

    /// <summary>The most requests that were under way at once.</summary>
    public int MostInFlight => _mostInFlight;

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                _ = Serve(await _listener.AcceptTcpClientAsync(_stop.Token));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The server is closed.
        }
    }

    private async Task Serve(TcpClient client)
    {
        using (client)
        {
            client.NoDelay = true;
            var stream = client.GetStream();
            var reader = new HttpReader(stream);
            try
            {
                while (await reader.ReadAsync(_stop.Token) is var (head, body) && head is not null)
                {
                    var times = _times.AddOrUpdate(body!, 1, (_, n) => n + 1);
                    var request = new FakeRequest(head, body!, times);
                    Log.Enqueue(request);
                    var most = Interlocked.Increment(ref _inFlight);
                    InterlockedMax(ref _mostInFlight, most);
                    var reply = _script(request);
                    try
                    {
                        await Task.Delay(reply.Delay, _stop.Token);
                    }
                    finally
                    {
                        // Before the answer goes out: whoever has it may ask the next thing before this thread comes to anything else.
                        Interlocked.Decrement(ref _inFlight);
                    }

                    if (!await Reply(stream, reply))
                    {
                        return;
                    }
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or SocketException or ObjectDisposedException)
            {
                // The client went away.
            }
        }
    }

    private async Task<bool> Reply(NetworkStream stream, FakeReply reply)
    {
        if (reply.Drop)
        {
            stream.Socket.LingerState = new LingerOption(true, 0);
            return false;
        }

        if (reply.Stream is { } endless)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"), _stop.Token);
            var chunk = Encoding.ASCII.GetBytes($"{endless.Length:x}\r\n{endless}\r\n");
            while (true)
            {
                await stream.WriteAsync(chunk, _stop.Token); // until the client hangs up
                await Task.Delay(reply.StreamPause, _stop.Token);
            }
        }

        var body = reply.Bytes ?? Encoding.UTF8.GetBytes(reply.Body);
        var head = new StringBuilder($"HTTP/1.1 {reply.Status} X\r\nContent-Type: {reply.ContentType}\r\nContent-Length: {body.Length}\r\n");
        foreach (var (name, value) in reply.Headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        var bytes = Encoding.ASCII.GetBytes(head.Append("\r\n").ToString());
        if (reply.HalfBody)
        {
            await stream.WriteAsync(bytes.Concat(body[..(body.Length / 2)]).ToArray(), _stop.Token);
            return false;
        }

        if (reply.DripEvery is { } pause)
        {
            await stream.WriteAsync(bytes, _stop.Token);
            foreach (var one in body)
            {
                await stream.WriteAsync(new[] { one }, _stop.Token);
                await Task.Delay(pause, _stop.Token);
            }

            return true;
        }

        await stream.WriteAsync(bytes.Concat(body).ToArray(), _stop.Token);
        return true;
    }

    private static void InterlockedMax(ref int place, int value)
    {
        for (var seen = place; value > seen; seen = place)
        {
            Interlocked.CompareExchange(ref place, value, seen);
        }
    }

    private sealed class HttpReader(NetworkStream stream)
    {
        private byte[] _buffer = new byte[16384];
        private int _filled;

        public async Task<(string? Head, string? Body)> ReadAsync(CancellationToken cancellation)
        {
            int end;
            while ((end = _buffer.AsSpan(0, _filled).IndexOf("\r\n\r\n"u8)) < 0)
            {
                if (!await Fill(cancellation))
                {
                    return default;
                }
            }

            var head = Encoding.ASCII.GetString(_buffer, 0, end);
            var line = head.Split("\r\n").First(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
            var length = int.Parse(line[15..], CultureInfo.InvariantCulture);
            while (_filled < end + 4 + length)
            {
                if (!await Fill(cancellation))
                {
                    return default;
                }
            }

            var body = Encoding.UTF8.GetString(_buffer, end + 4, length);
            _filled -= end + 4 + length;
            Array.Copy(_buffer, end + 4 + length, _buffer, 0, _filled);
            return (head, body);
        }

        private async Task<bool> Fill(CancellationToken cancellation)
        {
            if (_filled == _buffer.Length)
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }

            var read = await stream.ReadAsync(_buffer.AsMemory(_filled), cancellation);
            _filled += read;
            return read > 0;
        }
    }
}

/// <summary>A request as the server saw it.</summary>
/// <param name="Head">Request line and headers.</param>
/// <param name="Body">The body.</param>
/// <param name="Times">How often this very body has come, this time included.</param>
internal sealed record FakeRequest(string Head, string Body, int Times)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>The last message's text.</summary>
    public string LastMessage
    {
        get
        {
            var content = Json.GetProperty("messages").EnumerateArray().Last().GetProperty("content");
            return content.ValueKind == JsonValueKind.String ? content.GetString()! : content.EnumerateArray().Last().GetProperty("text").GetString()!;
        }
    }
}

/// <summary>What the server does.</summary>
internal sealed record FakeReply(int Status = 200, string Body = "")
{
    public TimeSpan Delay { get; init; }

    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    public string ContentType { get; init; } = "application/json";

    public bool Drop { get; init; }

    public bool HalfBody { get; init; }

    /// <summary>The body where it is no text.</summary>
    public byte[]? Bytes { get; init; }

    /// <summary>A part that is sent again and again, for ever.</summary>
    public string? Stream { get; init; }

    /// <summary>The time between such parts.</summary>
    public TimeSpan StreamPause { get; init; }

    public TimeSpan? DripEvery { get; init; }

    /// <summary>A usual answer.</summary>
    public static FakeReply Says(string text, string finish = "stop", string? refusal = null) => new(200, JsonSerializer.Serialize(new
    {
        id = "x",
        @object = "chat.completion",
        model = "fake",
        choices = new[] { new { index = 0, finish_reason = finish, message = new { role = "assistant", content = text, refusal } } },
        usage = new { prompt_tokens = 100, completion_tokens = 20, total_tokens = 120 },
    }));

    /// <summary>An error as OpenAI words it.</summary>
    public static FakeReply Error(int status, string message, string? code = null, params (string, string)[] headers) =>
        new(status, JsonSerializer.Serialize(new { error = new { message, code, type = "error" } })) { Headers = headers };
}
