using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Praline.Media;
using Praline.Testing;

namespace Praline.Studio.Tests;

/// <summary>A folder with pairs about images, and a started studio that shows it.</summary>
internal sealed class StudioFolder : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private WebApplication? _app;

    public StudioFolder(int pairs = 3)
    {
        Directory.CreateDirectory(Path.Combine(Root, "data"));
        ImageFile.WritePng(Path.Combine(Root, "data", "a.png"), new RgbImage(2, 2, new byte[12]));
        File.WriteAllLines(Pairs, Enumerable.Range(0, pairs).Select(i => JsonSerializer.Serialize(new
        {
            id = $"row-{i}",
            prompt = $"<image>What is number {i}?",
            chosen = $"A red circle, number {i}.",
            rejected = "<script>alert(1)</script> A square.",
            images = new[] { "a.png" },
            score_chosen = 5.0 + i,
            score_rejected = 2.0,
        })));
    }

    public string Root => _folder.Path;

    public string Pairs => Path.Combine(_folder.Path, "data", "pairs.jsonl");

    public StudioOptions Options => new() { Root = Root, Port = 0, CacheFolder = Path.Combine(_folder.Path, ".cache") };

    public async Task<HttpClient> StartAsync(StudioOptions? options = null)
    {
        _app = StudioServer.Build(options ?? Options);
        await _app.StartAsync();
        var address = StudioServer.AddressOf(_app);
        return new HttpClient(new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri(address, "/") };
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }
}
