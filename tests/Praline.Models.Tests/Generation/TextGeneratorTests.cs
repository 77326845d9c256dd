using Praline.Models.Generation;
using Praline.Models.Language;
using Praline.Models.Tests.Language;
using Praline.Testing;
using Praline.Torch;
using Praline.Torch.Nn;
using Praline.Torch.Serialization;

namespace Praline.Models.Tests.Generation;

/// <summary>What decoding must give: the numbers of decoding without a cache, whatever else is in the batch.</summary>
public sealed class TextGeneratorTests : IDisposable
{
    private readonly ParameterStore _store = new(new RandomSource(11, 0.3));

    public static TheoryData<string> Configurations() => PackedForwardTests.Configurations();

    public void Dispose() => _store.Dispose();

    [Theory]
    [MemberData(nameof(Configurations))]
    public void CachedEqualsUncached(string configuration)
    {
        using var scope = new TensorScope();
        var model = Model(configuration);
        var prompt = Prompt(7, 1);
        var result = new TextGenerator(model).Generate(
            new GenerationRequest { PromptTokenIds = prompt, Options = new GenerationOptions { MaxNewTokens = 40, LogProbabilities = true } })[0];

        var all = prompt.ToList();
        for (var i = 0; i < result.TokenIds.Length; i++)
        {
            using var step = new TensorScope();
            var layout = new PackedLayout(new SequenceTree(all.Count));
            var hidden = model.ForwardPacked(model.Embed(Tensor.From<long>([.. all.Select(id => (long)id)])), layout);
            var logits = F.LogSoftmax(model.Logits(hidden.Select(0, all.Count - 1))).ToArray<float>();
            var token = result.TokenIds[i];
            Assert.True(logits[token] > logits.Max() - 1e-4, $"token {i}: {logits[token]} is not the largest, {logits.Max()}");
            Assert.Equal(logits[token], result.LogProbabilities![i], 1e-4);
            all.Add(token);
        }

        Assert.Equal(40, result.TokenIds.Length);
        Assert.Equal(FinishReason.MaxTokens, result.Reason);
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void BatchedCandidatesEqualOneByOneWithTheSameSeeds(string configuration)
    {
        var model = Model(configuration);
        var options = GenerationOptions.SynpoCandidates with { MaxNewTokens = 120, EosTokenIds = [3, 9], Temperature = 1.5 };
        var requests = Enumerable.Range(0, 5).Select(i => new GenerationRequest
        {
            PromptTokenIds = Prompt(3 + (17 * i), i),
            Options = options,
            Seeds = [.. Enumerable.Range(0, 7).Select(s => RandomStream.Derive(5, (ulong)i, (ulong)s))],
        }).ToList();

        var batched = new TextGenerator(model, maxBatch: 18).Generate(requests);

        Assert.Contains(batched.SelectMany(r => r), r => r.Reason == FinishReason.EndToken);
        for (var i = 0; i < requests.Count; i++)
        {
            for (var s = 0; s < requests[i].Seeds.Count; s++)
            {
                var alone = new TextGenerator(model, maxBatch: 1).Generate(requests[i] with { Seeds = [requests[i].Seeds[s]] })[0];
                Assert.Equal(alone.TokenIds, batched[i][s].TokenIds);
                Assert.Equal(alone.Reason, batched[i][s].Reason);
            }
        }
    }

    /// <summary>Where prompts are joined in memory and sequences start together, as on GPUs, the same comes out.</summary>
    [Theory]
    [MemberData(nameof(Configurations))]
    public void JoinedPromptsGiveTheSameTokens(string configuration)
    {
        var model = Model(configuration);
        var requests = Enumerable.Range(0, 6).Select(i => new GenerationRequest
        {
            PromptTokenIds = Prompt(3 + (11 * (i % 4)), i % 4),
            Options = new GenerationOptions { MaxNewTokens = 20 + (9 * (i % 3)), EosTokenIds = [3, 9], NumBeams = i == 4 ? 3 : 1 },
            Seeds = [.. Enumerable.Range(0, i == 4 ? 1 : 1 + (4 * (i % 3))).Select(s => (ulong)s)],
        }).ToList();
        var expected = Tokens();
        using var kernels = PortableKernels.Use(true);
        Assert.Equal(expected, Tokens());

        List<int[]> Tokens() =>
            [.. new TextGenerator(model, maxBatch: 8).Generate(requests).SelectMany(sequences => sequences).Select(sequence => sequence.TokenIds)];
    }

    internal static int[] Prompt(int length, int salt) => [.. Enumerable.Range(0, length).Select(i => ((i * 7) + (salt * 13) + 5) % 50)];

    private LlamaModel Model(string configuration) => new(PackedForwardTests.Config(configuration), _store.Root);
}
