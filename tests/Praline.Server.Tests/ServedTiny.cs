using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Praline.Media;
using Praline.Models.Multimodal;
using Praline.Server.Media;
using Praline.Testing;
using Praline.Training.Lora;

namespace Praline.Server.Tests;

/// <summary>A real model of random weights behind a real server on a free port, with two adapters; videos and images lie below its media root.</summary>
public sealed class ServedTiny : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly AuroraCap _model;
    private readonly List<WebApplication> _others = [];
    private WebApplication? _app;

    public ServedTiny()
    {
        _model = TinyCaptioner.Model(_folder["tiny"]);
        Media = Directory.CreateDirectory(_folder["media"]).FullName;
        TinyCaptioner.Videos(Media, 3);
        for (var i = 0; i < 3; i++)
        {
            ImageFile.WritePng(Path.Combine(Media, $"i{i}.png"), Picture((byte)(60 + (70 * i))));
        }

        File.WriteAllText(_folder["secret.txt"], "not for clients");
        ImageFile.WritePng(_folder["outside.png"], Picture(9));
        Model = new ModelServer(_model, new ModelServerOptions { MaxBatch = 32 });
    }

    /// <summary>The model itself, to compare with.</summary>
    public ModelServer Model { get; }

    /// <summary>The media root: <c>v0.mp4</c> to <c>v2.mp4</c>, <c>i0.png</c> to <c>i2.png</c>. Beside it lies <c>outside.png</c>.</summary>
    public string Media { get; }

    /// <summary>A folder that is deleted in the end.</summary>
    internal TemporaryFolder Folder => _folder;

    public Uri Address { get; private set; } = null!;

    public HttpClient Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        foreach (var (name, seed) in new[] { ("run-a", 1UL), ("run-b", 2UL) })
        {
            using (var made = LoraAdapter.Create(_model, [ModelPart.Language], new LoraConfig { R = 4, LoraAlpha = 64, TargetModules = ["q_proj", "down_proj"] }, seed))
            {
                foreach (var (_, tensor) in made.Parameters.Where(p => p.Key.Contains("lora_B")))
                {
                    using var noGrad = Torch.NoGrad.Begin();
                    using var scope = new Torch.TensorScope();
                    using var generator = new Torch.Generator(seed);
                    tensor.CopyInPlace(Torch.Tensor.Randn(tensor.Shape, generator));
                }

                made.Save(_folder[name]);
            }

            await Model.AddAdapterAsync(name, () => LoraAdapter.Load(_model, _folder[name]));
        }

        (_app, Client) = await StartAsync(new ServeOptions { Port = 0, MediaRoot = Media, MaxFrames = 16 });
        Address = ApiServer.AddressOf(_app);
    }

    /// <summary>Another server in front of the same model.</summary>
    internal async Task<(WebApplication App, HttpClient Client)> StartAsync(ServeOptions options, RemoteMedia? remote = null)
    {
        var app = ApiServer.Build(Model, options, remote);
        await app.StartAsync();
        _others.Add(app);
        return (app, new HttpClient { BaseAddress = ApiServer.AddressOf(app), Timeout = TimeSpan.FromMinutes(3) });
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var app in _others)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }

        Client.Dispose();
        Model.Dispose();
        _model.Dispose();
        _folder.Dispose();
    }

    /// <summary>Posts JSON and reads JSON.</summary>
    public async Task<(int Status, JsonElement Body)> PostAsync(string path, string json, HttpClient? client = null)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await (client ?? Client).PostAsync(path, content);
        return ((int)response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
    }

    /// <summary>The events of a stream, without the end's.</summary>
    public async Task<List<JsonElement>> StreamAsync(string path, string json, bool ends = true)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await Client.PostAsync(path, content);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        var lines = (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        if (ends)
        {
            Assert.Equal("data: [DONE]", lines[^1]);
            lines = lines[..^1];
        }

        return [.. lines.Select(text => JsonDocument.Parse(text[(text.IndexOf("data: ", StringComparison.Ordinal) + 6)..]).RootElement)];
    }

    internal static RgbImage Picture(byte grey, int width = 40, int height = 30)
    {
        var picture = new RgbImage(width, height);
        Array.Fill(picture.Pixels, grey);
        picture.Row(3).Fill((byte)(255 - grey));
        return picture;
    }
}
