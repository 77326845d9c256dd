using Praline.Models.Generation;
using Praline.Models.Language;
using Praline.Models.Tests.Language;
using Praline.Testing;
using Praline.Torch;
using Praline.Torch.Nn;
using Praline.Torch.Serialization;

namespace Praline.Models.Tests.Generation;

/// <summary>Prompts that begin alike are computed once as far as they do, and give what each gives by itself.</summary>
public sealed class SharedPromptsTests : IDisposable
{
    private readonly ParameterStore _double = new(new RandomSource(11, 0.3), DType.Float64), _single = new(new RandomSource(11, 0.3));

    public static TheoryData<string, bool> Ways() => PackedForwardTests.Ways();

    public void Dispose()
    {
        _double.Dispose();
        _single.Dispose();
    }

    /// <summary>The oracle is the padded formulation, which knows neither caches of prompts nor these kernels. Embeddings are no token's, as a video's are.</summary>
    [Theory]
    [MemberData(nameof(Ways))]
    public void Logits_are_those_of_the_whole_prompt(string configuration, bool portable)
    {
        using var kernels = PortableKernels.Use(portable);
        Check(Model(configuration, _double), 1e-10);
        Check(Model(configuration, _single), 1e-5);

        static void Check(LlamaModel model, double tolerance)
        {
            using var noGrad = NoGrad.Begin();
            using var scope = new TensorScope();
            using var generator = new Generator(3);
            using var cache = new PrefixCache(1 << 30);
            var prefill = new PromptPrefill(model, cache);
            var all = Tensor.Randn([700, model.Config.HiddenSize], generator).To(model.DType);
            long computed = 0;
            foreach (var (shared, own, rows) in new[] { (0, 300, 1), (300, 40, 1), (300, 290, 1), (340, 7, 1), (320, 9, 4), (300, 250, 6), (9, 1, 2), (340, 1, 1) })
            {
                // The first tokens are those that every prompt has; what follows is this one's own.
                var whole = Tensor.Cat([all.Narrow(0, 0, shared), all.Narrow(0, shared == 340 ? 340 : 300 + (own % 50), own)]);
                ulong[] keys = [.. Enumerable.Range(0, shared).Select(i => (ulong)i), .. Enumerable.Range(0, own).Select(i => (ulong)((1000 * own) + i))];
                using var prompt = prefill.Compute(new GenerationPrompt { Embeddings = whole, Keys = keys }, "prompt", null, rows);
                var length = whole.Size(0);
                var hidden = model.Forward(whole.Unsqueeze(0), Tensor.Arange(0, length).Unsqueeze(0)).Select(0, 0).Select(0, length - 1);
                var expected = model.Logits(hidden).To(DType.Float32);
                Close.Equal(expected, Tensor.From<float>(prompt.Logits), Math.Max(tolerance, 1e-7) * expected.Abs().Max().Item<float>(), 0, $"{shared} + {own}");
                computed += own;
            }

            Assert.True(prefill.Tokens < computed + 400, $"{prefill.Tokens} tokens were computed of {computed} that are new.");
        }
    }

    [Theory]
    [InlineData("llama", DType.Float32)]
    [InlineData("mistral window", DType.Float32)]
    [InlineData("qwen2", DType.Float64)]
    public void What_follows_a_cached_beginning_gets_the_bits_that_it_gets_alone(string configuration, DType type)
    {
        using var scope = new TensorScope();
        var model = Model(configuration, type == DType.Float64 ? _double : _single);
        using var cache = new PrefixCache(1 << 30);
        using var batch = new RunningBatch(model, 12, prefixes: cache);
        var options = GenerationOptions.SynpoCandidates with { MaxNewTokens = 25, Temperature = 1.5, LogProbabilities = true };
        var common = TextGeneratorTests.Prompt(330, 0);
        var requests = new[] { (330, 20, 1), (255, 300, 1), (330, 25, 5), (256, 3, 1), (257, 60, 2), (100, 200, 8), (40, 1, 1), (330, 20, 3), (330, 26, 1) }.Select((p, i) => new GenerationRequest
        {
            Prompt = (int[])[.. common.Take(p.Item1), .. TextGeneratorTests.Prompt(p.Item2, i + 1)],
            Options = options,
            Seeds = [.. Enumerable.Range(0, p.Item3).Select(s => (ulong)(s + (10 * i)))],
        }).ToList();
        var together = new GenerationResult[requests.Count][];
        foreach (var (i, request) in requests.Index())
        {
            batch.Add(request, (results, error) => together[i] = results ?? throw error!);
        }

        while (batch.Step())
        {
        }

        Assert.True(cache.ReusedTokens > 1500, $"{cache.ReusedTokens}");
        foreach (var (request, results) in requests.Zip(together))
        {
            var alone = new TextGenerator(model).Generate(request);
            Assert.Equal(alone.Select(r => r.TokenIds), results.Select(r => r.TokenIds));
            Assert.Equal(alone.Select(r => r.LogProbabilities!), results.Select(r => r.LogProbabilities!)); // exactly
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Sequences_are_those_of_each_prompt_alone_and_a_prompt_is_read_once(string configuration, bool portable)
    {
        using var scope = new TensorScope();
        var model = Model(configuration, _double);
        var drawn = GenerationOptions.SynpoCandidates with { MaxNewTokens = 30, EosTokenIds = [3, 9], Temperature = 1.5, RepetitionPenalty = 1.2 };
        var beginning = TextGeneratorTests.Prompt(90, 0);
        GenerationRequest Request(int[] rest, ulong[] seeds, GenerationOptions? options = null) =>
            new() { Prompt = (int[])[.. beginning, .. rest], Options = options ?? drawn, Seeds = seeds };
        GenerationRequest[] requests =
        [
            Request(TextGeneratorTests.Prompt(5, 1), [1]),
            Request(TextGeneratorTests.Prompt(70, 2), [2, 3, 4, 2]),
            Request(TextGeneratorTests.Prompt(1, 3), [5], new GenerationOptions { MaxNewTokens = 90 }),
            Request(TextGeneratorTests.Prompt(9, 4), [6], new GenerationOptions { MaxNewTokens = 20, NumBeams = 3, EosTokenIds = [3] }),
            Request(TextGeneratorTests.Prompt(5, 1), [9, 8]),
        ];
        var expected = requests.Select(r => new TextGenerator(model).Generate(r)).ToList();
        using var kernels = PortableKernels.Use(portable);
        foreach (var maxBatch in new[] { 64, 3 })
        {
            var generator = new TextGenerator(model, maxBatch);
            var results = generator.Generate(requests);
            Assert.Equal(90 + 5 + 70 + 1 + 9, generator.PrefilledTokens);
            for (var i = 0; i < requests.Length; i++)
            {
                Assert.Equal(expected[i].Select(e => e.TokenIds), results[i].Select(s => s.TokenIds));
                Assert.Equal(expected[i].Select(e => e.Reason), results[i].Select(s => s.Reason));
            }
        }
    }

    /// <summary>(1 + α) · l − α · l′ of two prompts, from two runs of the padded formulation, one token at a time.</summary>
    [Theory]
    [InlineData("llama", false)]
    [InlineData("mistral window", true)]
    public void Contrast_equals_two_plain_models_token_by_token(string configuration, bool portable)
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        var model = Model(configuration, _double);
        var (first, second) = (TextGeneratorTests.Prompt(40, 1), TextGeneratorTests.Prompt(15, 2));
        var options = new GenerationOptions { MaxNewTokens = 24 };
        var sampled = GenerationOptions.SynpoCandidates with { MaxNewTokens = 24, Temperature = 0.5, TopP = 0.9 };
        var differing = 0;
        foreach (var (how, seed) in new[] { (options, 0UL), (sampled, 1UL), (sampled, 2UL) })
        {
            var expected = new List<int>();
            var (sampler, stream) = (new TokenSampler(), new RandomStream(seed));
            while (expected.Count < 24)
            {
                var (a, b) = (Last([.. first, .. expected]), Last([.. second, .. expected]));
                float[] row = [.. a.Zip(b, (l, c) => (1.5f * l) - (0.5f * c))];
                expected.Add((how.DoSample ? sampler.Sample(row, how, ref stream) : TokenSampler.Greedy(row))!.Value);
            }

            using var kernels = PortableKernels.Use(portable);
            var request = new GenerationRequest { Prompt = first, Contrast = new Contrast(second), Options = how, Seeds = [seed, seed, 7] };
            foreach (var maxBatch in new[] { 64, 2 })
            {
                var results = new TextGenerator(model, maxBatch).Generate([request, request with { Contrast = null }]);
                Assert.Equal(expected, results[0][0].TokenIds);
                Assert.Equal(expected, results[0][1].TokenIds);
                differing += expected.SequenceEqual(results[1][0].TokenIds) ? 0 : 1;
            }
        }

        Assert.True(differing > 0, "The contrast changes nothing.");

        float[] Last(int[] tokens)
        {
            using var inner = new TensorScope();
            var hidden = model.Forward(model.Embed(Tensor.From<long>([.. tokens.Select(t => (long)t)])).Unsqueeze(0), Tensor.Arange(0, tokens.Length).Unsqueeze(0));
            return model.Logits(hidden.Select(0, 0).Select(0, tokens.Length - 1)).To(DType.Float32).ToArray<float>();
        }
    }

    [Fact]
    public void A_request_that_fails_or_is_given_up_takes_no_other_down_and_frees_its_place()
    {
        using var scope = new TensorScope();
        var model = Model("llama", _single);
        using var batch = new RunningBatch(model, 4);
        var options = new GenerationOptions { MaxNewTokens = 40, DoSample = true };
        var good = new GenerationRequest { Prompt = TextGeneratorTests.Prompt(9, 1), Options = options, Seeds = [1, 2] };
        var expected = new TextGenerator(model).Generate(good);
        using var cancel = new CancellationTokenSource();
        var outcomes = new List<(string Name, object Outcome)>();
        void Add(string name, GenerationRequest request) => batch.Add(request, (results, error) => outcomes.Add((name, (object?)results ?? error!)));

        Add("given up", good with { Seeds = [3, 4], Cancellation = cancel.Token });
        Add("empty", good with { Prompt = Array.Empty<int>() });
        Add("throws", good with { Received = token => throw new InvalidOperationException("from the caller") });
        Add("good", good);
        batch.Step();
        Assert.Equal(["empty", "throws"], outcomes.Select(o => o.Name));
        cancel.Cancel();
        while (batch.Step())
        {
        }

        Assert.Equal(["empty", "throws", "given up", "good"], outcomes.Select(o => o.Name));
        Assert.IsType<PralineException>(outcomes[0].Outcome);
        Assert.IsType<InvalidOperationException>(outcomes[1].Outcome);
        Assert.IsType<OperationCanceledException>(outcomes[2].Outcome);
        Assert.Equal(expected.Select(e => e.TokenIds), ((GenerationResult[])outcomes[3].Outcome).Select(r => r.TokenIds));
        Assert.Equal(0, batch.Rows);
    }

    [Fact]
    public void The_cache_keeps_to_its_budget_and_forgets_the_oldest()
    {
        var model = Model("llama", _single);
        using var cache = new PrefixCache(100_000);
        using var batch = new RunningBatch(model, 4, prefixes: cache);
        for (var i = 0; i < 90; i++)
        {
            Run(TextGeneratorTests.Prompt(100, i));
            Assert.True(cache.Bytes is > 0 and <= 100_000);
        }

        var read = batch.PrefilledTokens;
        Run(TextGeneratorTests.Prompt(100, 89));
        Assert.Equal(read, batch.PrefilledTokens);
        Run(TextGeneratorTests.Prompt(100, 0));
        Assert.Equal(read + 100, batch.PrefilledTokens);

        void Run(int[] prompt)
        {
            batch.Add(new GenerationRequest { Prompt = prompt, Options = new GenerationOptions { MaxNewTokens = 2 } }, (_, error) => Assert.Null(error));
            while (batch.Step())
            {
            }
        }
    }

    private static LlamaModel Model(string configuration, ParameterStore store) => new(PackedForwardTests.Config(configuration), store.Root);
}
