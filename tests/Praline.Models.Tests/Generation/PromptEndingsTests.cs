using Praline.Models.Generation;
using Praline.Models.Language;
using Praline.Models.Tests.Language;
using Praline.Testing;
using Praline.Torch;
using Praline.Torch.Nn;
using Praline.Torch.Serialization;

namespace Praline.Models.Tests.Generation;

/// <summary>Prompts that begin alike, computed as a tree, give what each gives by itself.</summary>
public sealed class PromptEndingsTests : IDisposable
{
    private static readonly int[] Lengths = [1, 40, 7, 290];
    private readonly ParameterStore _double = new(new RandomSource(11, 0.3), DType.Float64), _single = new(new RandomSource(11, 0.3));

    public static TheoryData<string, bool> Ways() => PackedForwardTests.Ways();

    public void Dispose()
    {
        _double.Dispose();
        _single.Dispose();
    }

    /// <summary>The oracle is the padded formulation, which knows neither trees nor these caches. The prompts' embeddings are no token's, as a video's are.</summary>
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
            foreach (var beginning in new[] { 0, 1, 300 })
            {
                using var scope = new TensorScope();
                var (start, endings) = Prompts(model, beginning);
                var layers = model.Config.NumHiddenLayers;
                using var shared = new PromptCache(layers);
                var own = endings.Select(_ => new KeyValueCache(layers)).ToList();
                var prefill = new PromptPrefill(model);
                var begun = prefill.Piece("prompt", start, null, null, 0, mayBeEmpty: true);
                var logits = prefill.Logits(begun, [.. endings.Select(e => prefill.Piece("ending", e, null, null, begun.NextPosition))], shared, own);
                own.ForEach(cache => cache.Dispose());

                Assert.Equal(beginning + Lengths.Sum(), prefill.Tokens);
                for (var i = 0; i < endings.Count; i++)
                {
                    var whole = Tensor.Cat([start, endings[i]]);
                    var length = whole.Size(0);
                    var hidden = model.Forward(whole.Unsqueeze(0), Tensor.Arange(0, length).Unsqueeze(0)).Select(0, 0).Select(0, length - 1);
                    var expected = model.Logits(hidden);
                    var largest = expected.Abs().Max().Item<double>();
                    Close.Equal(expected, logits.Select(0, i), tolerance * largest, 0, $"after ending {i} of a beginning of {beginning}");
                }
            }
        }
    }

    /// <summary>Greedy, drawn, with beams; with much room and little; with the kernels and as on GPUs.</summary>
    [Theory]
    [MemberData(nameof(Ways))]
    public void Sequences_are_those_of_the_whole_prompts(string configuration, bool portable)
    {
        using var scope = new TensorScope();
        var model = Model(configuration, _double);
        var drawn = GenerationOptions.SynpoCandidates with { MaxNewTokens = 30, EosTokenIds = [3, 9], Temperature = 1.5, RepetitionPenalty = 1.2 };
        (int[] Ids, ulong[] Seeds, GenerationOptions? Options)[] endings =
        [
            (TextGeneratorTests.Prompt(5, 1), [1], null),
            (TextGeneratorTests.Prompt(70, 2), [2, 3, 4, 2], null),
            (TextGeneratorTests.Prompt(1, 3), [5], new GenerationOptions { MaxNewTokens = 90 }),
            (TextGeneratorTests.Prompt(9, 4), [6], new GenerationOptions { MaxNewTokens = 20, NumBeams = 3, EosTokenIds = [3] }),
        ];
        var beginning = TextGeneratorTests.Prompt(90, 0);
        var expected = endings.SelectMany(e => new TextGenerator(model).Generate(new GenerationRequest
        {
            PromptTokenIds = [.. beginning, .. e.Ids],
            Options = e.Options ?? drawn,
            Seeds = e.Seeds,
        })).ToList();
        var branched = new GenerationRequest
        {
            PromptTokenIds = beginning,
            Options = drawn,
            Endings = [.. endings.Select(e => new PromptEnding { TokenIds = e.Ids, Seeds = e.Seeds, Options = e.Options })],
        };
        var other = new GenerationRequest { PromptTokenIds = TextGeneratorTests.Prompt(20, 6), Options = drawn, Seeds = [7, 8, 9] };

        using var kernels = PortableKernels.Use(portable);
        foreach (var maxBatch in new[] { 64, 3 })
        {
            var generator = new TextGenerator(model, maxBatch);
            var results = generator.Generate([branched, other, branched]);
            Assert.Equal(20 + (2 * (90 + 5 + 70 + 1 + 9)), generator.PrefilledTokens);
            foreach (var sequences in new[] { results[0], results[2] })
            {
                Assert.Equal(expected.Select(e => e.TokenIds), sequences.Select(s => s.TokenIds));
                Assert.Equal(expected.Select(e => e.Reason), sequences.Select(s => s.Reason));
            }
        }
    }

    /// <summary>4,096 tokens hold the beginning of 100 and six endings of 600; what a prompt alone needs half of is one tree however long it is.</summary>
    [Theory]
    [InlineData(100, 600, 9, 2)]
    [InlineData(100, 600, 6, 1)]
    [InlineData(2000, 500, 6, 1)]
    [InlineData(2000, 500, 7, 2)]
    [InlineData(10, 5000, 3, 2)]
    public void Many_or_long_endings_are_several_trees(int beginning, int length, int count, int trees)
    {
        using var scope = new TensorScope();
        var model = Model("mistral window", _single);
        var generator = new TextGenerator(model);
        generator.Generate(new GenerationRequest
        {
            PromptTokenIds = TextGeneratorTests.Prompt(beginning, 0),
            Options = new GenerationOptions { MaxNewTokens = 1 },
            Endings = [.. Enumerable.Range(0, count).Select(i => new PromptEnding { TokenIds = TextGeneratorTests.Prompt(length, i) })],
        });
        Assert.Equal((trees * beginning) + (count * length), generator.PrefilledTokens);
    }

    [Fact]
    public async Task An_ending_that_does_not_fit_is_told_by_its_number_and_streams_take_one_prompt()
    {
        var model = Model("llama", _single);
        var request = new GenerationRequest
        {
            Name = "v7",
            PromptTokenIds = [1, 2],
            Options = new GenerationOptions { MaxNewTokens = 1 },
            Endings = [new PromptEnding { TokenIds = [3] }, new PromptEnding { TokenIds = [] }],
        };
        var error = Assert.Throws<PralineException>(() => new TextGenerator(model).Generate(request));
        Assert.Contains("v7, ending 2", error.Message);
        error = await Assert.ThrowsAsync<PralineException>(async () =>
        {
            await foreach (var _ in new TextGenerator(model).StreamAsync(request))
            {
                Assert.Fail("A token came.");
            }
        });
        Assert.Contains("2 endings", error.Message);
    }

    private static (Tensor Start, List<Tensor> Endings) Prompts(LlamaModel model, int beginning)
    {
        using var generator = new Generator(3);
        Tensor Random(int length) => Tensor.Randn([length, model.Config.HiddenSize], generator).To(model.DType);
        return (Random(beginning), [.. Lengths.Select(Random)]);
    }

    private static LlamaModel Model(string configuration, ParameterStore store) => new(PackedForwardTests.Config(configuration), store.Root);
}
