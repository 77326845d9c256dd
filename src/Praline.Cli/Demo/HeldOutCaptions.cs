using Praline.Media;
using System.Text.Json;
using Praline.Models.Checkpoints;
using Praline.Preferences;

namespace Praline.Cli.Demo;

/// <summary>
/// Has a model caption the held-out videos with the question that it was trained on, greedily or as SynPO's inference does; keeps what it wrote in a file.
/// </summary>
internal sealed class HeldOutCaptions(string heldOut, int maxNewTokens)
{
    private const int VideosPerBatch = 16;

    public async Task<MethodCaptions> WriteAsync(string label, int? seed, string? adapter, string path, CancellationToken cancellation, DetailedCaptionSettings? decoding = null)
    {
        if (!File.Exists(path))
        {
            var rows = decoding is null ? await CaptionAsync(adapter, cancellation) : await DecodeAsync(adapter, decoding, cancellation);
            AtomicFile.WriteText(path, string.Concat(rows.Select(r => JsonSerializer.Serialize(new { video_name = r.Video, caption = r.Caption }) + "\n")));
        }

        var captions = new Dictionary<string, string>();
        foreach (var line in File.ReadLines(path))
        {
            using var row = JsonDocument.Parse(line);
            captions.Add(row.RootElement.GetProperty("video_name").GetString()!, row.RootElement.GetProperty("caption").GetString()!);
        }

        return new MethodCaptions(label, seed, captions);
    }

    /// <summary>As <c>praline caption</c> does it: contrastive, with retrospection, or both, drawn as in the paper.</summary>
    private async Task<List<(string Video, string Caption)>> DecodeAsync(string? adapter, DetailedCaptionSettings decoding, CancellationToken cancellation)
    {
        using var model = CaptionerHandle.Open(ShippedFiles.BaseCaptioner, adapter, new LoadOptions { DType = Torch.DType.Float32 });
        var captions = new DetailedCaptions(model.Captioner.Server) { Settings = decoding with { Drawing = decoding.Drawing with { MaxNewTokens = maxNewTokens } } };
        var folder = Path.Combine(heldOut, "videos");
        var rows = new List<(string, string)>();
        foreach (var batch in VideoFolder.Scan(folder).Chunk(VideosPerBatch))
        {
            var each = await Task.WhenAll(batch.Select(video => captions.CaptionAsync(new CaptionItem(video.Name, Path.Combine(folder, video.Path), IsVideo: true), cancellation)));
            rows.AddRange(batch.Zip(each, (video, caption) => (video.Name, caption[0].Prediction)));
        }

        return rows;
    }

    private async Task<List<(string Video, string Caption)>> CaptionAsync(string? adapter, CancellationToken cancellation)
    {
        using var model = CaptionerHandle.Open(ShippedFiles.BaseCaptioner, adapter, new LoadOptions { DType = Torch.DType.Float32 });
        var folder = Path.Combine(heldOut, "videos");
        var rows = new List<(string, string)>();
        foreach (var batch in VideoFolder.Scan(folder).Chunk(VideosPerBatch))
        {
            var contexts = new List<IVideoContext>();
            try
            {
                foreach (var video in batch)
                {
                    contexts.Add(await model.Captioner.EncodeAsync(new VideoRequest(Path.Combine(folder, video.Path), null, FrameSampling.ForVideos), cancellation));
                }

                var captions = await model.Captioner.CaptionAsync(
                    [.. contexts.Select(c => new CaptionRequest(c, PromptSet.Default.Question, 0))],
                    CaptionSettings.Greedy with { MaxNewTokens = maxNewTokens }, cancellation);
                rows.AddRange(batch.Zip(captions, (video, caption) => (video.Name, caption.Text)));
            }
            finally
            {
                contexts.ForEach(context => context.Dispose());
            }
        }

        return rows;
    }
}
