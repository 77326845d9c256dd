using Praline.Json;
using Praline.Media;
using Praline.Models.Generation;
using Praline.Models.Multimodal;
using Praline.Torch;

namespace Praline.Preferences.Tests;

/// <summary>Contrastive decoding and retrospection as <c>inference_cd_retro.py</c> does them.</summary>
public sealed class DetailedCaptionsTests : IDisposable
{
    private static readonly CaptionSettings Sampled = DetailedCaptionSettings.Paper with { MaxNewTokens = 40, Temperature = 0.9 };

    private readonly TempFolder _folder = new();
    private readonly AuroraCap _model;

    public DetailedCaptionsTests()
    {
        _model = TinyCaptioner.Model(_folder["model"]);
        TinyCaptioner.Videos(_folder["videos"], 3);
    }

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    /// <summary>
    /// The reference: two models of the same weights, one for each stream, no cache, the whole sequence again for each token; l = (1 + α) l₁ − α l₂, then the paper's
    /// sampling. The draft goes into the prompt of both streams of the second pass.
    /// </summary>
    [Theory]
    [InlineData(Distortion.FewerFrames, true, 0.5)]
    [InlineData(Distortion.FewerFrames, false, 2.0)]
    [InlineData(Distortion.NoMedium, true, 0.5)]
    [InlineData(Distortion.Blurred, false, 0.5)]
    [InlineData(Distortion.ShuffledFrames, false, 1.0)]
    public async Task Both_passes_equal_a_plain_reference_token_by_token(Distortion distortion, bool sample, double alpha)
    {
        var settings = new DetailedCaptionSettings
        {
            Contrastive = true,
            Retrospective = true,
            Distortion = distortion,
            Alpha = alpha,
            Captions = 2,
            Drawing = Sampled with { Sample = sample },
            Sampling = FrameSampling.ForVideos with { SampledFrames = 7 },
            Seed = 5,
        };
        using var server = new ModelServer(_model);
        var captions = new DetailedCaptions(server) { Settings = settings };
        var item = new CaptionItem("v1", _folder["videos", "v1.mp4"], IsVideo: true, "What happens?", "A square.");
        var rows = await captions.CaptionAsync(item);

        using var second = AuroraCap.Load(_folder["saved"] is var saved && Save(saved) ? saved : "", new Praline.Models.Checkpoints.LoadOptions { TokenKeptRatio = 0.5 });
        RgbImage[] frames, fewer;
        using (var file = VideoFile.Open(item.Path!))
        {
            var last = file.Info.FrameCount - 1;
            frames = file.ReadFrames(FrameSampler.Linspace(0, last, 7));
            fewer = file.ReadFrames(FrameSampler.Linspace(0, last, 3));
        }

        RgbImage[]? distorted = distortion switch
        {
            Distortion.FewerFrames => fewer,
            Distortion.NoMedium => null,
            Distortion.Blurred => [.. frames.Select(f => PillowResize.Resize(PillowResize.Resize(f, 18, 12, ResizeFilter.Bilinear), f.Width, f.Height, ResizeFilter.Bilinear))],
            _ => Shuffled(frames),
        };
        for (var i = 0; i < 2; i++)
        {
            var draft = Reference("What happens?", "draft", i);
            Assert.Equal(draft, rows[i].PastPrediction);
            var prompt = PromptSet.Default.Fill("retrospective-video", ("draft", draft), ("question", "What happens?"));
            Assert.Equal(Reference(prompt, "retrospective", i), rows[i].Prediction);
            Assert.Equal(("v1", "What happens?", "A square.", i), (rows[i].VideoName, rows[i].Question, rows[i].Answer, rows[i].Candidate));
            Assert.Equal(4, rows[i].Duration, 0.01);
        }

        string Reference(string question, string pass, int candidate)
        {
            using var scope = new TensorScope();
            using var noGrad = NoGrad.Begin();
            var (sampler, stream, tokens) = (new TokenSampler(), new RandomStream(Seeds.Derive(5, $"caption/{pass}", "v1", candidate)), new List<int>());
            var options = settings.Drawing.ToOptions();
            var (a, b) = (Stream(_model, question, frames), Stream(second, question, distorted));
            while (tokens.Count < options.MaxNewTokens)
            {
                float[] row = [.. a(tokens).Zip(b(tokens), (l, c) => ((float)(1 + alpha) * l) - ((float)alpha * c))];
                var next = (sample ? sampler.Sample(row, options, ref stream) : TokenSampler.Greedy(row))!.Value;
                if (next == 2)
                {
                    break;
                }

                tokens.Add(next);
            }

            return _model.Tokenizer.Decode(tokens, skipSpecialTokens: true).Trim();
        }

        static Func<List<int>, float[]> Stream(AuroraCap model, string question, RgbImage[]? shown)
        {
            var features = shown is null ? null : model.Encode(shown, MediaKind.Video);
            var prompt = model.EmbedPrompt(model.BuildPrompt(question, features), features).Embeddings;
            return tokens =>
            {
                using var scope = new TensorScope();
                var all = tokens.Count == 0 ? prompt : Tensor.Cat([prompt, model.Language.Embed(Tensor.From<long>([.. tokens.Select(t => (long)t)]))]);
                var hidden = model.Language.Forward(all.Unsqueeze(0), Tensor.Arange(0, all.Size(0)).Unsqueeze(0));
                return model.Language.Logits(hidden.Select(0, 0).Select(0, all.Size(0) - 1)).ToArray<float>();
            };
        }

        bool Save(string folder)
        {
            _model.Save(folder);
            return true;
        }

        static RgbImage[] Shuffled(RgbImage[] frames)
        {
            RgbImage[] result = [.. frames];
            var stream = new RandomStream(Seeds.Derive(5, "caption/shuffle", "v1", 0));
            for (var i = result.Length - 1; i > 0; i--)
            {
                var j = (int)(stream.NextUInt64() % (ulong)(i + 1));
                (result[i], result[j]) = (result[j], result[i]);
            }

            return result;
        }
    }

    [Fact]
    public async Task Stopped_and_started_again_the_file_is_the_same_and_nothing_is_done_twice()
    {
        CaptionItem[] items = [.. Enumerable.Range(0, 3).Select(i => new CaptionItem($"v{i}", _folder["videos", $"v{i}.mp4"], IsVideo: true))];
        items[1] = items[1] with { Path = _folder.Write("broken.mp4", "no video") };
        var settings = new DetailedCaptionSettings { Contrastive = true, Retrospective = true, Captions = 2, Drawing = Sampled };
        using var server = new ModelServer(_model);
        var whole = await new DetailedCaptions(server) { Settings = settings }.RunAsync(items, _folder["a.jsonl"], new StageRunOptions { MaxConcurrency = 3 });
        Assert.Equal((4, 1), (whole.Rows, whole.Rejected.Count));

        using var cancel = new CancellationTokenSource();
        var run = new StageRunOptions
        {
            Progress = p =>
            {
                if (p.Done > 0)
                {
                    cancel.Cancel();
                }
            },
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new DetailedCaptions(server) { Settings = settings }.RunAsync(items, _folder["b.jsonl"], run, cancel.Token));
        Assert.False(File.Exists(_folder["b.jsonl"]));
        var rest = await new DetailedCaptions(server) { Settings = settings }.RunAsync(items, _folder["b.jsonl"], new StageRunOptions());
        Assert.InRange(rest.Reused, 1, 2);
        Assert.Equal(File.ReadAllBytes(_folder["a.jsonl"]), File.ReadAllBytes(_folder["b.jsonl"]));
        Assert.Equal(["v0", "v0", "v2", "v2"], JsonLines.Read<DetailedCaptionRow>(_folder["b.jsonl"]).Select(r => r.VideoName));
        Assert.Contains("\"past_pred\":", File.ReadAllText(_folder["b.jsonl"]));

        var other = new DetailedCaptions(server) { Settings = settings with { Alpha = 1 } };
        Assert.Contains("0.5", (await Assert.ThrowsAsync<PralineException>(() => other.RunAsync(items, _folder["b.jsonl"], new StageRunOptions()))).Message);
    }

    [Fact]
    public async Task An_image_has_no_frames_to_leave_out()
    {
        using var server = new ModelServer(_model);
        var captions = new DetailedCaptions(server) { Settings = new DetailedCaptionSettings { Contrastive = true } };
        var error = await Assert.ThrowsAsync<PralineException>(() => captions.RunAsync([new CaptionItem("a", "a.png", IsVideo: false)], _folder["x"], new StageRunOptions()));
        Assert.Contains("--distortion blurred", error.Message);
    }
}
