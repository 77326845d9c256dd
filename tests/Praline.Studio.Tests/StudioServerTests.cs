using System.Net;

namespace Praline.Studio.Tests;

/// <summary>The studio over real HTTP: what it shows, and whom it refuses.</summary>
public sealed class StudioServerTests
{
    [Fact]
    public async Task Pages_show_what_the_folder_holds_and_texts_are_inert()
    {
        await using var folder = new StudioFolder();
        using var client = await folder.StartAsync();
        Assert.Contains("data/pairs.jsonl", await client.GetStringAsync("/"));
        var pairs = await client.GetStringAsync("/pairs?set=data/pairs.jsonl&min_gap=4");
        Assert.Contains("row-2", pairs);
        Assert.DoesNotContain("row-0", pairs);
        var pair = await client.GetStringAsync("/pair/1?set=data/pairs.jsonl");
        Assert.Contains("number 1", pair);
        Assert.DoesNotContain("<script>alert", pair);
        Assert.Contains("&lt;script&gt;", pair);
    }

    /// <summary>What a link says is used, or refused by name: 0,5 is not 5, and a page that is not there is not the first one.</summary>
    [Theory]
    [InlineData("min_gap=0,5", "min_gap")]
    [InlineData("max_words=many", "max_words")]
    [InlineData("min_gap=NaN", "min_gap")]
    [InlineData("order=Sideways", "order")]
    [InlineData("problems=perhaps", "problems")]
    [InlineData("page=2147483647", "page")]
    [InlineData("page=0", "page")]
    public async Task What_a_link_says_wrongly_is_named(string query, string name)
    {
        await using var folder = new StudioFolder();
        using var client = await folder.StartAsync();
        var page = await client.GetStringAsync($"/pairs?set=data/pairs.jsonl&{query}");
        Assert.Matches($"role=\"alert\"[^<]*{name}", page);
        Assert.DoesNotContain("row-0", page);
    }

    [Fact]
    public async Task Media_are_served_by_row_with_ranges_and_nothing_outside_the_folder()
    {
        await using var folder = new StudioFolder();
        File.AppendAllLines(folder.Pairs, ["""{"id":"out","prompt":"<image>What?","chosen":"A.","rejected":"B.","images":["/etc/hostname"]}"""]);
        File.CreateSymbolicLink(Path.Combine(folder.Root, "data", "link.png"), "/etc/hostname");
        File.AppendAllLines(folder.Pairs, ["""{"id":"link","prompt":"<image>What?","chosen":"C.","rejected":"D.","images":["link.png"]}"""]);
        using var client = await folder.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/media/0/0?set=data/pairs.jsonl") { Headers = { { "Range", "bytes=0-7" } } };
        using var part = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal([0x89, 0x50, 0x4E, 0x47], (await part.Content.ReadAsByteArrayAsync())[..4]);
        foreach (var path in new[]
        {
            "/media/3/0?set=data/pairs.jsonl", "/media/4/0?set=data/pairs.jsonl", "/media/0/1?set=data/pairs.jsonl", "/media/0/0?set=../../etc/passwd",
            "/media/0/0?set=%2e%2e%2fpairs.jsonl", "/assets/..%2f..%2fetc/passwd",
        })
        {
            using var refused = await client.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        }
    }

    [Fact]
    public async Task Other_names_other_sites_and_browsers_without_the_token_are_refused()
    {
        await using var folder = new StudioFolder();
        using var client = await folder.StartAsync(folder.Options with { Token = "0123456789abcdef" });
        async Task<HttpResponseMessage> Get(string path, params (string Name, string Value)[] headers)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            foreach (var (name, value) in headers)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            return await client.SendAsync(request);
        }

        Assert.Equal(HttpStatusCode.MisdirectedRequest, (await Get("/", ("Host", "evil.example"))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await Get("/", ("Origin", "http://evil.example"))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Get("/")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Get("/?token=0123456789abcdeX")).StatusCode);
        var admitted = await Get("/?token=0123456789abcdef");
        Assert.Equal(HttpStatusCode.Redirect, admitted.StatusCode);
        var cookie = admitted.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie);
        Assert.Equal(HttpStatusCode.OK, (await Get("/", ("Cookie", cookie.Split(';')[0]))).StatusCode);
    }

    [Fact]
    public void An_address_of_the_network_needs_a_token()
    {
        var error = Assert.Throws<PralineException>(() => new StudioOptions { Root = ".", Address = IPAddress.Any }.Validate());
        Assert.Contains("--token", error.Message);
        Assert.Contains("16", Assert.Throws<PralineException>(() => new StudioOptions { Root = ".", Token = "short" }.Validate()).Message);
    }
}
