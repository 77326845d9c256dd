using Praline.Media;
using Praline.Models.Generation;
using Praline.Models.Multimodal;
using Praline.Testing;
using Praline.Training.Lora;

namespace Praline.Inference.Tests;

/// <summary>One server, many requests: each is answered as if it were alone.</summary>
public sealed class ModelServerTests : IDisposable
{
    private static readonly GenerationOptions Drawn = new() { DoSample = true, MaxNewTokens = 30, LogProbabilities = true, TopLogProbabilities = 3 };

    private readonly TemporaryFolder _folder = new();
    private readonly AuroraCap _model;

    public ModelServerTests()
    {
        _model = TinyCaptioner.Model(Path.Combine(_folder.Path, "model"));
        TinyCaptioner.Videos(Path.Combine(_folder.Path, "videos"), 3);
    }

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_is_streamed_is_the_whole_answer_and_what_it_cost_comes_last()
    {
        using var server = new ModelServer(_model);
        var request = new InferenceRequest { Messages = [new("user", Video(0), "What?")], Options = Drawn with { StopStrings = ["ab", "e"] }, Seeds = [1, 2, 3, 4, 5, 6] };
        var whole = await server.AnswerAsync(request);
        var pieces = new List<AnswerDelta>();
        await foreach (var piece in server.StreamAsync(request))
        {
            pieces.Add(piece);
        }

        Assert.Equal(whole.Usage with { CachedTokens = whole.Usage.PromptTokens }, pieces[^1].Usage);
        Assert.All(pieces.SkipLast(1), piece => Assert.Null(piece.Usage));
        for (var i = 0; i < 6; i++)
        {
            var own = pieces.SkipLast(1).Where(piece => piece.Index == i).ToList();
            var answer = whole.Answers[i];
            Assert.Equal(answer.Text, string.Concat(own.Select(piece => piece.Text)));
            Assert.Equal(answer.TokenIds, own.SelectMany(piece => piece.Tokens).Select(t => t.TokenId));
            Assert.Equal(answer.Reason, Assert.Single(own, piece => piece.Finish is not null).Finish);
            Assert.Equal(answer.Tokens.Select(t => t.LogProbability), own.SelectMany(piece => piece.Tokens).Select(t => t.LogProbability));
            Assert.DoesNotContain("e", answer.Text);
            Assert.DoesNotContain("ab", answer.Text);
        }

        Assert.Contains(whole.Answers, a => a.Reason == FinishReason.StopString);
        Assert.All(whole.Answers.SelectMany(a => a.Tokens), t => Assert.True(t.Top!.Count == 3 && t.Top[0].LogProbability >= t.LogProbability));
        Assert.Equal(0, server.OpenRequests);
    }

    [Fact]
    public async Task A_second_request_on_the_same_video_pays_no_vision_and_no_prefill()
    {
        using var server = new ModelServer(_model);
        var first = await server.AnswerAsync(new InferenceRequest { Messages = [new("user", Video(1), "What is it?")], Options = Drawn });
        var (encoded, read) = (server.EncodedMedia, server.PrefilledTokens);
        Assert.Equal((1, first.Usage.PromptTokens), (encoded, (int)read));

        var again = await server.AnswerAsync(new InferenceRequest { Messages = [new("user", Video(1), "What is it?")], Options = Drawn });
        Assert.Equal(first.Answers[0].Text, again.Answers[0].Text);
        Assert.Equal(again.Usage.PromptTokens, again.Usage.CachedTokens);
        Assert.Equal((encoded, read), (server.EncodedMedia, server.PrefilledTokens));

        // Another question: only what comes after the video and the words that are the same.
        var other = await server.AnswerAsync(new InferenceRequest { Messages = [new("user", Video(1), "What moves?")], Options = Drawn });
        Assert.Equal(encoded, server.EncodedMedia);
        Assert.Equal("moves?\n ASSISTANT:".Length, other.Usage.PromptTokens - other.Usage.CachedTokens);
        Assert.Equal(other.Answers[0].Text, (await Alone(new InferenceRequest { Messages = [new("user", Video(1), "What moves?")], Options = Drawn })).Answers[0].Text);
    }

    /// <summary>Mixed lengths, images, videos, text and contrasts, some given up in the middle: every answer is that of the request alone, to the last bit of its log-probabilities.</summary>
    [Fact]
    public async Task Sixty_four_at_once_get_what_each_gets_alone()
    {
        var image = Path.Combine(_folder.Path, "a.png");
        var picture = new RgbImage(40, 30);
        Array.Fill(picture.Pixels, (byte)90);
        ImageFile.WritePng(image, picture);
        var requests = Enumerable.Range(0, 64).Select(i => new InferenceRequest
        {
            Name = $"request {i}",
            Messages = (i % 4) switch
            {
                0 => [new("user", Video(i % 3), $"What {i % 6}?")],
                1 => [new("user", MediaInput.Image(image), new string('x', 20 + i))],
                2 => [new("system", "Be short."), new("user", $"Question {i}"), new("assistant", "Yes."), new("user", "Why?")],
                _ => [new("user", Video(i % 3), MediaInput.Image(image), "Both?")],
            },
            Contrast = i % 9 == 0 ? ([new("user", "What?")], 0.5) : null,
            Options = Drawn with { MaxNewTokens = 5 + (i * 7 % 60), DoSample = i % 5 != 0 },
            Seeds = [.. Enumerable.Range(0, 1 + (i % 3)).Select(s => (ulong)(i + s))],
        }).ToList();
        using var server = new ModelServer(_model, new ModelServerOptions { MaxBatch = 24, PrefixBytes = 200_000 });
        var results = await Task.WhenAll(requests.Select(async (request, i) =>
        {
            if (i % 20 != 7)
            {
                return await server.AnswerAsync(request);
            }

            var pieces = 0;
            await foreach (var _ in server.StreamAsync(request))
            {
                if (++pieces == 2)
                {
                    break;
                }
            }

            return null;
        }));
        for (var wait = 0; server.OpenRequests + server.RunningRows > 0 && wait < 500; wait++)
        {
            await Task.Delay(10);
        }

        Assert.Equal((0, 0), (server.OpenRequests, server.RunningRows));
        using var alone = new ModelServer(_model, new ModelServerOptions { PrefixBytes = 0 });
        foreach (var (request, result) in requests.Zip(results).Where(r => r.Second is not null))
        {
            var expected = await alone.AnswerAsync(request);
            Assert.Equal(expected.Answers.Select(a => a.TokenIds), result!.Answers.Select(a => a.TokenIds));
            Assert.Equal(expected.Answers.SelectMany(a => a.Tokens.Select(t => t.LogProbability)), result.Answers.SelectMany(a => a.Tokens.OrderBy(t => t.Sequence).Select(t => t.LogProbability)));
        }
    }

    [Fact]
    public async Task Adapters_answer_in_one_batch_as_each_does_by_itself()
    {
        InferenceRequest Ask(int i, string? adapter) => new() { Messages = [new("user", Video(i % 3), $"What {i}?")], Options = Drawn, Seeds = [(ulong)i, 9], Adapter = adapter };
        foreach (var seed in new ulong[] { 1, 2 })
        {
            using var made = LoraAdapter.Create(_model, [ModelPart.Language], new LoraConfig { R = 4, LoraAlpha = 64, TargetModules = ["q_proj", "down_proj"] }, seed);
            foreach (var (name, tensor) in made.Parameters.Where(p => p.Key.Contains("lora_B")))
            {
                using var noGrad = Praline.Torch.NoGrad.Begin();
                using var scope = new Praline.Torch.TensorScope();
                using var generator = new Praline.Torch.Generator(seed);
                tensor.CopyInPlace(Praline.Torch.Tensor.Randn(tensor.Shape, generator));
            }

            made.Save(Path.Combine(_folder.Path, $"adapter{seed}"));
        }

        using var server = new ModelServer(_model);
        await server.AddAdapterAsync("one", () => LoraAdapter.Load(_model, Path.Combine(_folder.Path, "adapter1")));
        await server.AddAdapterAsync("two", () => LoraAdapter.Load(_model, Path.Combine(_folder.Path, "adapter2")));
        string?[] names = [null, "one", "two"];
        var together = await Task.WhenAll(Enumerable.Range(0, 9).Select(i => server.AnswerAsync(Ask(i / 3, names[i % 3]))));
        for (var i = 0; i < 9; i++)
        {
            Assert.Equal(Texts(await server.AnswerAsync(Ask(i / 3, names[i % 3]))), Texts(together[i]));
        }

        Assert.NotEqual(Texts(together[0]), Texts(together[1]));
        Assert.NotEqual(Texts(together[1]), Texts(together[2]));
        await Assert.ThrowsAsync<InvalidRequestException>(() => server.AnswerAsync(Ask(0, "three")));
        await Assert.ThrowsAsync<PralineException>(() => server.AddAdapterAsync("one", () => LoraAdapter.Load(_model, Path.Combine(_folder.Path, "adapter1"))));
        server.Dispose();

        // The model is as it was, and the adapter by itself answers as in the batch.
        Assert.Equal(Texts(together[0]), Texts(await Alone(Ask(0, null))));
        using var only = LoraAdapter.Load(_model, Path.Combine(_folder.Path, "adapter1"));
        Assert.Equal(Texts(together[1]), Texts(await Alone(Ask(0, null))));
    }

    [Fact]
    public async Task Where_calls_are_kept_apart_each_is_answered_the_same_and_one_more_than_allowed_is_refused()
    {
        using var apart = new ModelServer(_model, new ModelServerOptions { Together = false, MaxRequests = 2 });
        var request = new InferenceRequest { Messages = [new("user", Video(0), "What?")], Options = Drawn with { MaxNewTokens = 200 }, Seeds = [1, 2] };
        var two = await Task.WhenAll(apart.AnswerAsync(request), apart.AnswerAsync(request with { Seeds = [2] }));
        Assert.Equal(Texts(await Alone(request)), Texts(two[0]));
        Assert.Equal(Texts(two[0])[1], Texts(two[1])[0]);

        var three = Enumerable.Range(0, 3).Select(i => apart.AnswerAsync(request)).ToList();
        await Assert.ThrowsAsync<ServerBusyException>(() => Task.WhenAll(three));
        Assert.Equal(1, three.Count(t => t.IsFaulted));
    }

    private static List<string> Texts(InferenceResult result) => [.. result.Answers.Select(a => a.Text)];

    private async Task<InferenceResult> Alone(InferenceRequest request)
    {
        using var server = new ModelServer(_model, new ModelServerOptions { PrefixBytes = 0 });
        return await server.AnswerAsync(request);
    }

    private MediaInput Video(int i) => MediaInput.Video(Path.Combine(_folder.Path, "videos", $"v{i}.mp4"));
}
