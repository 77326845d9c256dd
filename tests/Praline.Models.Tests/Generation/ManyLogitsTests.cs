using Praline.Models.Generation;
using Praline.Models.Language;
using Praline.Torch;
using Praline.Torch.Nn;
using Praline.Torch.Serialization;

namespace Praline.Models.Tests.Generation;

/// <summary>From a million logits on, groups choose their tokens on several threads: nothing may change by it.</summary>
public sealed class ManyLogitsTests
{
    [Fact]
    public void GroupsThatChooseTogetherChooseAsEachAlone()
    {
        using var scope = new TensorScope();
        using var store = new ParameterStore(new RandomSource(5, 0.3));
        var model = new LlamaModel(
            new LlamaConfig { VocabSize = 40000, HiddenSize = 8, IntermediateSize = 16, NumHiddenLayers = 1, NumAttentionHeads = 2, NumKeyValueHeads = 1, HeadDim = 4 },
            store.Root);
        var options = new GenerationOptions { DoSample = true, TopP = 0.9, RepetitionPenalty = 1.2, MaxNewTokens = 3, LogProbabilities = true };
        GenerationRequest[] requests = [.. Enumerable.Range(0, 3).Select(i => new GenerationRequest
        {
            PromptTokenIds = [7, 8 + i, 9], Options = options, Seeds = [.. Enumerable.Range(0, 10).Select(k => (ulong)((100 * i) + k))],
        })];

        var together = new TextGenerator(model, maxBatch: 30).Generate(requests);

        for (var i = 0; i < requests.Length; i++)
        {
            var alone = new TextGenerator(model).Generate(requests[i]);
            for (var k = 0; k < alone.Length; k++)
            {
                Assert.Equal(alone[k].TokenIds, together[i][k].TokenIds);
                Assert.Equal(alone[k].LogProbabilities, together[i][k].LogProbabilities);
            }
        }
    }
}
