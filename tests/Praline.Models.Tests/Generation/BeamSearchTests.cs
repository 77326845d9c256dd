using Praline.Models.Generation;
using Praline.Models.Language;
using Praline.Models.Tests.Language;
using Praline.Torch;
using Praline.Torch.Nn;
using Praline.Torch.Serialization;

namespace Praline.Models.Tests.Generation;

/// <summary>
/// Beam search against its definition: over all texts where they can be counted, and against the published algorithm written out over
/// the model without a cache.
/// </summary>
public sealed class BeamSearchTests : IDisposable
{
    private readonly ParameterStore _store = new(new RandomSource(5, 0.6));
    private readonly TensorScope _scope = new();

    public void Dispose()
    {
        _scope.Dispose();
        _store.Dispose();
    }

    [Theory]
    [InlineData(0, new int[0])]
    [InlineData(1, new[] { 3 })]
    [InlineData(1.7, new[] { 0, 4 })]
    [InlineData(-0.5, new[] { 2 })]
    public void With_beams_for_everything_the_best_of_all_texts_is_found(double penalty, int[] ends)
    {
        var model = Tiny(vocabulary: 5);
        int[] prompt = [1, 4, 2];
        const int length = 3;
        var all = new List<(int[] Tokens, double Score)>();
        void Walk(int[] tokens, double sum)
        {
            if (tokens.Length > 0 && (tokens.Length == length || ends.Contains(tokens[^1])))
            {
                all.Add((tokens, sum / Math.Pow(tokens.Length, penalty)));
                return;
            }

            var next = LogProbabilities(model, [.. prompt, .. tokens]);
            for (var token = 0; token < next.Length; token++)
            {
                Walk([.. tokens, token], sum + next[token]);
            }
        }

        Walk([], 0);
        var best = all.OrderByDescending(text => text.Score).Take(3).ToList();
        var results = Generate(model, prompt, new GenerationOptions { NumBeams = 150, MaxNewTokens = length, LengthPenalty = penalty, EosTokenIds = ends, LogProbabilities = true }, 3);

        Assert.Equal(best.Select(text => text.Tokens), results.Select(result => result.TokenIds));
        Assert.All(best.Zip(results), pair => Assert.Equal(
            pair.First.Score * Math.Pow(pair.First.Tokens.Length, penalty), pair.Second.LogProbabilities!.Sum(), 1e-4));
    }

    [Theory]
    [InlineData("llama", 4, 1.0, false)]
    [InlineData("mistral window", 3, 0.0, true)]
    [InlineData("qwen2", 5, 2.0, false)]
    public void Few_beams_give_what_the_algorithm_gives_without_a_cache(string configuration, int width, double penalty, bool early)
    {
        var model = new LlamaModel(PackedForwardTests.Config(configuration), _store.Root);
        var prompt = TextGeneratorTests.Prompt(9, 3);
        int[] ends = [7, 11, 30];
        const int most = 14;

        // (tokens, Σ log π) of the beams that go on, best first; hypotheses with their scores.
        var beams = new List<(int[] Tokens, double Sum)> { ([], 0) };
        var ended = new List<(int[] Tokens, double Score)>();
        for (var step = 1; step <= most; step++)
        {
            var grown = beams.SelectMany(beam => LogProbabilities(model, [.. prompt, .. beam.Tokens]).Select((l, token) => (Tokens: (int[])[.. beam.Tokens, token], Sum: beam.Sum + l)))
                .OrderByDescending(beam => beam.Sum).Take((1 + ends.Length) * width).ToList();
            ended.AddRange(grown.Take(width).Where(beam => ends.Contains(beam.Tokens[^1])).Select(beam => (beam.Tokens, beam.Sum / Math.Pow(step, penalty))));
            ended = [.. ended.OrderByDescending(hypothesis => hypothesis.Score).Take(width)];
            beams = [.. grown.Where(beam => !ends.Contains(beam.Tokens[^1])).Take(width)];
            if (ended.Count == width && (early || ended[^1].Score >= grown[0].Sum / Math.Pow(step, penalty)))
            {
                break;
            }

            if (step == most)
            {
                ended.AddRange(beams.Select(beam => (beam.Tokens, beam.Sum / Math.Pow(step, penalty))));
            }
        }

        var expected = ended.OrderByDescending(hypothesis => hypothesis.Score).Take(2).Select(hypothesis => hypothesis.Tokens);
        var options = new GenerationOptions { NumBeams = width, MaxNewTokens = most, LengthPenalty = penalty, EarlyStopping = early, EosTokenIds = ends };
        Assert.Equal(expected, Generate(model, prompt, options, 2).Select(result => result.TokenIds));
    }

    [Fact]
    public void Beams_share_the_machine_with_other_requests()
    {
        var model = new LlamaModel(PackedForwardTests.Config("llama"), _store.Root);
        var beams = new GenerationRequest
        {
            PromptTokenIds = TextGeneratorTests.Prompt(12, 1),
            Options = new GenerationOptions { NumBeams = 3, MaxNewTokens = 12, RepetitionPenalty = 1.3, MinNewTokens = 4, EosTokenIds = [2, 5, 8] },
        };
        var greedy = new GenerationRequest { PromptTokenIds = TextGeneratorTests.Prompt(5, 2), Options = new GenerationOptions { MaxNewTokens = 9 } };
        var together = new TextGenerator(model, maxBatch: 4).Generate([greedy, beams, greedy, beams]);

        Assert.Equal(new TextGenerator(model).Generate(beams)[0].TokenIds, together[1][0].TokenIds);
        Assert.Equal(together[1][0].TokenIds, together[3][0].TokenIds);
        Assert.Equal(new TextGenerator(model).Generate(greedy)[0].TokenIds, together[2][0].TokenIds);
        Assert.True(together[1][0].TokenIds.Length >= 4);
    }

    [Fact]
    public void More_texts_than_beams_are_refused()
    {
        var model = Tiny(vocabulary: 5);
        var error = Assert.Throws<PralineException>(() => Generate(model, [1], new GenerationOptions { NumBeams = 2, MaxNewTokens = 3 }, 3));
        Assert.Contains("Raise NumBeams", error.Message);
    }

    internal static float[] LogProbabilities(LlamaModel model, int[] tokens)
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        var hidden = model.ForwardPacked(model.Embed(Tensor.From<long>([.. tokens.Select(id => (long)id)])), new PackedLayout(new SequenceTree(tokens.Length)));
        return F.LogSoftmax(model.Logits(hidden.Select(0, tokens.Length - 1))).ToArray<float>();
    }

    private static GenerationResult[] Generate(LlamaModel model, int[] prompt, GenerationOptions options, int texts) =>
        new TextGenerator(model).Generate(new GenerationRequest
        {
            PromptTokenIds = prompt,
            Options = options,
            Seeds = [.. Enumerable.Range(0, texts).Select(i => (ulong)i)],
        });

    private LlamaModel Tiny(int vocabulary) => new(
        new LlamaConfig
        {
            VocabSize = vocabulary,
            HiddenSize = 16,
            IntermediateSize = 24,
            NumHiddenLayers = 2,
            NumAttentionHeads = 2,
            NumKeyValueHeads = 1,
            HeadDim = 8,
        },
        _store.Root);
}
