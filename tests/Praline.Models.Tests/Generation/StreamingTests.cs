using Praline.Models.Generation;
using Praline.Models.Language;
using Praline.Models.Tests.Language;
using Praline.Testing;
using Praline.Text.Tokenizers;
using Praline.Torch.Nn;
using Praline.Torch.Serialization;

namespace Praline.Models.Tests.Generation;

public sealed class StreamingTests : IDisposable
{
    private readonly ParameterStore _store = new(new RandomSource(11, 0.3));

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Streamed_tokens_are_those_of_the_whole_and_come_one_by_one()
    {
        var model = Model();
        var request = new GenerationRequest
        {
            PromptTokenIds = TextGeneratorTests.Prompt(9, 2),
            Options = GenerationOptions.SynpoCandidates with { MaxNewTokens = 30, EosTokenIds = [3, 9], LogProbabilities = true },
            Seeds = [1, 2, 3],
        };
        var whole = new TextGenerator(model).Generate(request);
        var generator = new TextGenerator(model);
        var tokens = new List<GeneratedToken>();
        await foreach (var token in generator.StreamAsync(request))
        {
            if (tokens.Count == 0)
            {
                Assert.InRange(generator.DecodedTokens, request.Seeds.Count, 2 * request.Seeds.Count); // hardly anything was decoded ahead
            }

            tokens.Add(token);
        }

        for (var i = 0; i < whole.Length; i++)
        {
            var own = tokens.Where(token => token.Sequence == i).ToList();
            Assert.Equal(whole[i].TokenIds, own.Select(token => token.TokenId));
            Assert.Equal(whole[i].LogProbabilities, own.Select(token => token.LogProbability!.Value));
            Assert.Equal(whole[i].Reason, own[^1].Finish);
            Assert.All(own.SkipLast(1), token => Assert.Null(token.Finish));
        }
    }

    [Fact]
    public async Task Streamed_text_put_together_is_the_decoded_text_and_can_be_broken_off()
    {
        var model = Model();
        var tokenizer = BpeTrainer.Train([], 260).ToTokenizer();
        var request = new GenerationRequest { PromptTokenIds = [1, 2, 3], Options = new GenerationOptions { DoSample = true, MaxNewTokens = 40 } };
        var pieces = new List<string>();
        var generator = new TextGenerator(model);
        await foreach (var piece in generator.StreamTextAsync(request, tokenizer))
        {
            pieces.Add(piece);
        }

        var whole = new TextGenerator(model).Generate(request)[0];
        Assert.Equal(tokenizer.Decode(whole.TokenIds, skipSpecialTokens: true, cleanUpTokenizationSpaces: false), string.Concat(pieces));

        using var stop = new CancellationTokenSource();
        generator = new TextGenerator(model);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in generator.StreamAsync(request, stop.Token))
            {
                await stop.CancelAsync();
            }
        });
        Assert.True(generator.DecodedTokens < 3);
    }

    [Fact]
    public async Task Beams_and_text_of_several_seeds_are_refused()
    {
        var generator = new TextGenerator(Model());
        var request = new GenerationRequest { PromptTokenIds = [1], Options = new GenerationOptions { NumBeams = 2 }, Seeds = [1, 2] };
        var error = await Assert.ThrowsAsync<PralineException>(async () => await generator.StreamAsync(request).GetAsyncEnumerator().MoveNextAsync());
        Assert.Contains("can't be streamed", error.Message);
        error = await Assert.ThrowsAsync<PralineException>(
            async () => await generator.StreamTextAsync(request, BpeTrainer.Train([], 260).ToTokenizer()).GetAsyncEnumerator().MoveNextAsync());
        Assert.Contains("2 seeds", error.Message);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(3, false)]
    public void Weights_that_are_no_numbers_give_an_error_and_no_empty_answer(int beams, bool sample)
    {
        var model = Model();
        using (Praline.Torch.NoGrad.Begin())
        {
            foreach (var weights in _store.Parameters.Values)
            {
                weights.MulInPlace(float.NaN);
            }
        }

        var request = new GenerationRequest { PromptTokenIds = [1, 2], Options = new GenerationOptions { NumBeams = beams, DoSample = sample, MaxNewTokens = 4 } };
        var error = Assert.Throws<PralineException>(() => new TextGenerator(model).Generate(request));
        Assert.Contains("not numbers", error.Message);
    }

    private LlamaModel Model() => new(PackedForwardTests.Config("llama"), _store.Root);
}
