using Praline.Media;
using System.IO.Compression;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Praline.Server.Media;

namespace Praline.Server.Tests;

/// <summary>No file outside the media root is read, no address of a private network is fetched, and media that would fill the memory are refused before they are decoded.</summary>
public sealed class MediaTests(ServedTiny served) : IClassFixture<ServedTiny>
{
    [Theory]
    [InlineData("../outside.png")]
    [InlineData("i0.png/../../outside.png")]
    [InlineData("file:///etc/passwd")]
    [InlineData("file://localhost/etc/passwd")]
    [InlineData("file://evil.example/share/i0.png")]
    [InlineData("/etc/passwd")]
    [InlineData("/dev/zero")]
    [InlineData("/proc/self/environ")]
    [InlineData("link.png")]
    [InlineData("way/outside.png")]
    [InlineData("chain.png")]
    [InlineData("loop.png")]
    [InlineData("pipe.png")]
    [InlineData("%2e%2e/outside.png")]
    [InlineData("..\\\\outside.png")]
    [InlineData("i0.png\\u0000")]
    [InlineData("")]
    [InlineData("nothing.png")]
    [InlineData("ftp://evil.example/a.png")]
    [InlineData("concat:i0.png|i1.png")]
    public async Task Files_outside_the_root_are_as_if_they_were_not_there(string url)
    {
        Link("link.png", "../outside.png");
        Link("way", "..");
        Link("chain.png", "chain2.png");
        Link("chain2.png", Path.Combine(served.Folder.Path, "outside.png"));
        Link("loop.png", "loop.png");
        if (!File.Exists(Path.Combine(served.Media, "pipe.png")))
        {
            using var made = System.Diagnostics.Process.Start("mkfifo", Path.Combine(served.Media, "pipe.png"));
            await made.WaitForExitAsync();
        }

        foreach (var kind in new[] { "image_url", "video_url" })
        {
            var (status, body) = await served.PostAsync("/v1/chat/completions", Ask(kind, url));
            RefusalTests.RequireError(400, $"messages[0].content[0].{kind}.url", null, status, body, parameterToo: false);
            Assert.DoesNotContain(served.Folder.Path, body.GetRawText());
        }
    }

    [Fact]
    public async Task A_link_inside_the_root_is_followed()
    {
        Link("inner.png", "i0.png");
        var (status, body) = await served.PostAsync("/v1/chat/completions", Ask("image_url", "inner.png"));
        Assert.True(status == 200, body.GetRawText());
    }

    [Theory]
    [InlineData("127.0.0.1", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("172.31.0.1", false)]
    [InlineData("172.32.0.1", true)]
    [InlineData("192.168.1.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("8.8.8.8", true)]
    [InlineData("::1", false)]
    [InlineData("::", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:8.8.8.8", true)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("2606:4700:4700::1111", true)]
    public void Addresses_are_public_or_not(string address, bool expected) => Assert.Equal(expected, PublicAddress.Is(IPAddress.Parse(address)));

    [Fact]
    public async Task Without_permission_nothing_is_fetched_and_with_it_nothing_private()
    {
        await using var site = await Site.StartAsync("127.0.0.1", served.Media);
        var (status, body) = await served.PostAsync("/v1/chat/completions", Ask("image_url", $"http://127.0.0.1:{site.Port}/i0.png"));
        RefusalTests.RequireError(400, "messages[0].content[0].image_url.url", "remote_not_allowed", status, body);
        var (_, client) = await served.StartAsync(new ServeOptions { Port = 0, AllowRemoteMedia = true });
        foreach (var host in new[] { "127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "127.1", "0" })
        {
            (status, body) = await served.PostAsync("/v1/chat/completions", Ask("image_url", $"http://{host}:{site.Port}/i0.png"), client);
            RefusalTests.RequireError(400, "messages[0].content[0].image_url.url", null, status, body, parameterToo: false);
        }

        Assert.Equal(0, site.Asked);
    }

    /// <summary>One address of this machine stands in for the public internet; all others are what they are.</summary>
    [Fact]
    public async Task Redirects_lead_nowhere_private()
    {
        await using var site = await Site.StartAsync("127.0.0.2", served.Media);
        await using var inside = await Site.StartAsync("127.0.0.1", served.Media);
        using var remote = new RemoteMedia(1 << 20, address => address.ToString() == "127.0.0.2" || PublicAddress.Is(address));
        var (_, client) = await served.StartAsync(new ServeOptions { Port = 0, AllowRemoteMedia = true }, remote);
        async Task<(int Status, string? Code)> Fetch(string path, string kind = "image_url")
        {
            var (status, body) = await served.PostAsync("/v1/chat/completions", Ask(kind, $"http://127.0.0.2:{site.Port}{path}"), client);
            return (status, body.TryGetProperty("error", out var error) ? error.GetProperty("code").GetString() : null);
        }

        Assert.Equal((200, null), await Fetch("/i0.png"));
        Assert.Equal((200, null), await Fetch("/v0.mp4", "video_url"));
        Assert.Equal((200, null), await Fetch("/to?url=/i0.png"));
        Assert.Equal((400, "address_not_allowed"), await Fetch($"/to?url=http://127.0.0.1:{inside.Port}/i0.png"));
        Assert.Equal((400, "address_not_allowed"), await Fetch($"/to?url=http://localhost:{inside.Port}/i0.png"));
        Assert.Equal((400, "invalid_url"), await Fetch("/to?url=file:///etc/passwd"));
        Assert.Equal((400, "invalid_url"), await Fetch($"/to?url=http://user:word@127.0.0.2:{site.Port}/i0.png"));
        Assert.Equal((400, "fetch_failed"), await Fetch("/round"));
        Assert.Equal((400, "fetch_failed"), await Fetch("/endless"));
        Assert.Equal((400, "fetch_failed"), await Fetch("/nothing"));
        Assert.Equal(0, inside.Asked);
    }

    [Fact]
    public async Task What_would_fill_the_memory_or_is_no_medium_is_refused()
    {
        async Task<string?> Code(string kind, byte[] bytes, string type)
        {
            var (status, body) = await served.PostAsync("/v1/chat/completions", Ask(kind, $"data:{type};base64,{Convert.ToBase64String(bytes)}"));
            RefusalTests.RequireError(400, null, null, status, body, parameterToo: false);
            return body.GetProperty("error").GetProperty("code").GetString();
        }

        Assert.Equal("invalid_media", await Code("image_url", PngBomb(100_000, 100_000), "image/png"));
        Assert.Equal("invalid_media", await Code("image_url", "no image"u8.ToArray(), "image/png"));
        Assert.Equal("invalid_media", await Code("image_url", [], "image/png"));
        Assert.Equal("invalid_media", await Code("image_url", "x"u8.ToArray(), "text/html"));
        Assert.Equal("invalid_media", await Code("video_url", "no video"u8.ToArray(), "video/mp4"));
        Assert.Equal("invalid_media", await Code("video_url", File.ReadAllBytes(Path.Combine(served.Media, "v0.mp4"))[..600], "video/mp4"));

        // Lists that make FFmpeg open other files are no videos here.
        Assert.Equal("invalid_media", await Code("video_url", Encoding.ASCII.GetBytes($"ffconcat version 1.0\nfile {served.Media}/v0.mp4\n"), "video/mp4"));
        Assert.Equal("invalid_media", await Code("video_url", Encoding.ASCII.GetBytes($"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://{served.Media}/v0.mp4\n#EXT-X-ENDLIST\n"), "video/mp4"));
        var (status, body) = await served.PostAsync("/v1/chat/completions", Ask("image_url", "data:image/png;base64,@@@@"));
        RefusalTests.RequireError(400, "messages[0].content[0].image_url.url", "invalid_base64", status, body);

        var (_, client) = await served.StartAsync(new ServeOptions { Port = 0, MediaRoot = served.Media, MaxPixels = 5000, MaxFrames = 4, Sampling = new FrameSampling { MinFrames = 1, MaxFrames = 4 } });
        (status, body) = await served.PostAsync("/v1/chat/completions", Ask("video_url", "v0.mp4", ",\"num_frames\":4"), client);
        RefusalTests.RequireError(400, "messages[0].content[0].video_url.url", "media_too_large", status, body);
        (status, body) = await served.PostAsync("/v1/chat/completions", Ask("video_url", "v0.mp4", ",\"num_frames\":5"), client);
        RefusalTests.RequireError(400, "messages[0].content[0].video_url.num_frames", null, status, body);
        (status, _) = await served.PostAsync("/v1/chat/completions", Ask("video_url", "v0.mp4", ",\"num_frames\":2"), client);
        Assert.Equal(200, status);
    }

    internal static string Ask(string kind, string url, string more = "") =>
        $$"""{"model":"tiny","max_tokens":3,"messages":[{"role":"user","content":[{"type":"{{kind}}","{{kind}}":{"url":"{{url}}"{{more}} } },{"type":"text","text":"What?"}]}]}""";

    /// <summary>A PNG of a few kilobytes that says it has ten billion pixels.</summary>
    internal static byte[] PngBomb(int width, int height)
    {
        using var png = new MemoryStream();
        png.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        byte[] header = [0, 0, 0, 0, 0, 0, 0, 0, 8, 2, 0, 0, 0];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(header, width);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        Chunk("IHDR", header);
        using var zeros = new MemoryStream();
        using (var deflate = new ZLibStream(zeros, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (var i = 0; i < 64; i++)
            {
                deflate.Write(new byte[1 << 16]);
            }
        }

        Chunk("IDAT", zeros.ToArray());
        Chunk("IEND", []);
        return png.ToArray();

        void Chunk(string name, byte[] data)
        {
            byte[] body = [.. Encoding.ASCII.GetBytes(name), .. data];
            Span<byte> number = stackalloc byte[4];
            System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
            png.Write(number);
            png.Write(body);
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(number, Crc(body));
            png.Write(number);
        }

        static uint Crc(byte[] data)
        {
            var crc = 0xFFFFFFFFu;
            foreach (var b in data)
            {
                crc ^= b;
                for (var k = 0; k < 8; k++)
                {
                    crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
                }
            }

            return ~crc;
        }
    }

    private void Link(string name, string target)
    {
        var path = Path.Combine(served.Media, name);
        if (new FileInfo(path).LinkTarget is null)
        {
            File.CreateSymbolicLink(path, target);
        }
    }

    /// <summary>A web site with the media, redirects, and files without an end.</summary>
    private sealed class Site(WebApplication app) : IAsyncDisposable
    {
        private int _asked;

        internal int Asked => _asked;

        internal int Port => ApiServer.AddressOf(app).Port;

        internal static async Task<Site> StartAsync(string address, string folder)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Parse(address), 0));
            var app = builder.Build();
            var site = new Site(app);
            app.Run(async context =>
            {
                Interlocked.Increment(ref site._asked);
                var path = context.Request.Path.Value!;
                switch (path)
                {
                    case "/to":
                        context.Response.StatusCode = 302;
                        context.Response.Headers.Location = context.Request.Query["url"].ToString();
                        break;
                    case "/round":
                        context.Response.Redirect("/round");
                        break;
                    case "/endless":
                        while (!context.RequestAborted.IsCancellationRequested)
                        {
                            await context.Response.Body.WriteAsync(new byte[1 << 16], context.RequestAborted);
                        }

                        break;
                    case var _ when File.Exists(Path.Combine(folder, path[1..])):
                        await context.Response.Body.WriteAsync(await File.ReadAllBytesAsync(Path.Combine(folder, path[1..])));
                        break;
                    default:
                        context.Response.StatusCode = 404;
                        break;
                }
            });
            await app.StartAsync();
            return site;
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
