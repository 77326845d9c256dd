using Praline.Models.Generation;
using Praline.Models.Language;
using Praline.Models.Tests.Language;
using Praline.Torch.Nn;
using Praline.Torch.Serialization;

namespace Praline.Models.Tests.Generation;

/// <summary>What each option does, against its definition.</summary>
public sealed class GenerationOptionsTests : IDisposable
{
    private readonly ParameterStore _store = new(new RandomSource(11, 0.3));

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData(1.0, 0, 1.0, 0.0)]
    [InlineData(0.7, 5, 1.0, 0.0)]
    [InlineData(1.3, 0, 0.8, 0.0)]
    [InlineData(0.9, 12, 0.6, 0.0)]
    [InlineData(2.0, 0, 0.95, 0.05)]
    [InlineData(1.0, 1, 1.0, 0.0)]
    public void The_order_of_Hugging_Face_is_that_of_its_logits_warpers(double temperature, int topK, double topP, double minP)
    {
        var random = new Random(3);
        for (var round = 0; round < 50; round++)
        {
            // Steps of ¼ make equal logits, of which top-k keeps all that equal the k-th.
            var logits = Enumerable.Range(0, 40).Select(_ => MathF.Round((float)((random.NextDouble() * 12) - 6) * 4) / 4).ToArray();
            var expected = Warp(logits, temperature, topK, topP, minP);
            var (ids, probabilities) = new TokenSampler().Distribution(
                logits, new GenerationOptions { DoSample = true, Temperature = temperature, TopK = topK, TopP = topP, MinP = minP, FilterOrder = FilterOrder.HuggingFace });
            var actual = new double[logits.Length];
            for (var i = 0; i < ids.Length; i++)
            {
                actual[ids[i]] = probabilities[i];
            }

            // Which of several equal tokens crosses top-p is the sort's choice: their number and probabilities are compared.
            Praline.Testing.Close.Equal([.. expected.Order()], [.. actual.Order()], 1e-6, 1e-6, $"round {round}");
        }
    }

    [Fact]
    public void One_prefill_serves_all_seeds_and_the_same_seed_draws_the_same()
    {
        var generator = new TextGenerator(Model());
        var request = new GenerationRequest
        {
            PromptTokenIds = TextGeneratorTests.Prompt(50, 1),
            Options = GenerationOptions.SynpoCandidates with { MaxNewTokens = 8, Temperature = 2 },
            Seeds = [4, 5, 4, 6, 7, 8],
        };
        var results = generator.Generate(request);
        Assert.Equal(50, generator.PrefilledTokens);
        Assert.Equal(48, generator.DecodedTokens);
        Assert.Equal(results[0].TokenIds, results[2].TokenIds);
        Assert.True(results.Select(result => string.Join(',', result.TokenIds)).Distinct().Count() >= 4);
    }

    [Fact]
    public void Any_end_token_or_stop_string_ends_a_text_and_a_minimum_holds_end_tokens_back()
    {
        var model = Model();
        var prompt = TextGeneratorTests.Prompt(7, 1);
        static string Decode(IReadOnlyList<int> ids) => string.Concat(ids.Select(id => $"<{id}>"));
        GenerationResult Run(GenerationOptions options) =>
            new TextGenerator(model, decode: Decode).Generate(new GenerationRequest { PromptTokenIds = prompt, Options = options })[0];

        var free = Run(new GenerationOptions { MaxNewTokens = 20 }).TokenIds;
        var third = free[3];
        var first = Array.IndexOf(free, third);

        var ended = Run(new GenerationOptions { MaxNewTokens = 20, EosTokenIds = [49, third] });
        Assert.Equal(free[..(first + 1)], ended.TokenIds);
        Assert.Equal(FinishReason.EndToken, ended.Reason);
        Assert.Equal(free[..first], ended.ContentIds.ToArray());

        var stop = $"{free[5]}><{free[6]}>"; // begins inside one token's text and ends with the next
        var stopped = Run(new GenerationOptions { MaxNewTokens = 20, StopStrings = ["never", stop] });
        var text = Decode(stopped.TokenIds);
        Assert.EndsWith(stop, text);
        Assert.Equal(FinishReason.StopString, stopped.Reason);
        Assert.Equal(free[..stopped.TokenIds.Length], stopped.TokenIds);

        var held = Run(new GenerationOptions { MaxNewTokens = 20, MinNewTokens = 10, EosTokenIds = [third] });
        Assert.DoesNotContain(third, held.TokenIds[..10]);
    }

    [Fact]
    public void Repetition_is_penalised_as_its_paper_does()
    {
        // CTRL (Keskar et al. 2019), as transformers: seen tokens' logits are divided when positive, multiplied when negative.
        var model = Model();
        var prompt = TextGeneratorTests.Prompt(7, 1);
        var penalised = new TextGenerator(model).Generate(
            new GenerationRequest { PromptTokenIds = prompt, Options = new GenerationOptions { MaxNewTokens = 15, RepetitionPenalty = 1.4 } })[0].TokenIds;
        var tokens = prompt.ToList();
        foreach (var token in penalised)
        {
            using var scope = new Torch.TensorScope();
            var layout = new PackedLayout(new SequenceTree(tokens.Count));
            var logits = model.Logits(model.ForwardPacked(model.Embed(Torch.Tensor.From<long>([.. tokens.Select(id => (long)id)])), layout)
                .Select(0, tokens.Count - 1)).ToArray<float>();
            foreach (var seen in tokens.Distinct())
            {
                logits[seen] = logits[seen] > 0 ? logits[seen] / 1.4f : logits[seen] * 1.4f;
            }

            Assert.Equal(Array.IndexOf(logits, logits.Max()), token);
            tokens.Add(token);
        }
    }

    /// <summary>transformers' TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper, MinPLogitsWarper, one after the other.</summary>
    private static double[] Warp(float[] logits, double temperature, int topK, double topP, double minP)
    {
        var scores = logits.Select(logit => logit / temperature).ToArray();
        if (topK > 0)
        {
            var kth = scores.OrderDescending().ElementAt(Math.Min(topK, scores.Length) - 1);
            scores = [.. scores.Select(score => score < kth ? double.NegativeInfinity : score)];
        }

        if (topP < 1)
        {
            var ascending = Enumerable.Range(0, scores.Length).OrderBy(i => scores[i]).ToArray();
            var probabilities = Softmax(scores);
            double sum = 0;
            for (var i = 0; i < ascending.Length - 1; i++)
            {
                sum += probabilities[ascending[i]];
                if (sum <= 1 - topP)
                {
                    scores[ascending[i]] = double.NegativeInfinity;
                }
            }
        }

        var last = Softmax(scores);
        return Softmax([.. scores.Select((score, i) => last[i] < minP * last.Max() ? double.NegativeInfinity : score)]);
    }

    private static double[] Softmax(double[] scores)
    {
        var max = scores.Max();
        var sum = scores.Sum(score => Math.Exp(score - max));
        return [.. scores.Select(score => Math.Exp(score - max) / sum)];
    }

    private LlamaModel Model() => new(PackedForwardTests.Config("llama"), _store.Root);
}
