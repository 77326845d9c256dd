using Praline.Models.Generation;
using Praline.Models.Language;
using Praline.Models.Tests.Language;
using Praline.Testing;
using Praline.Torch;
using Praline.Torch.Nn;
using Praline.Torch.Serialization;

namespace Praline.Models.Tests.Generation;

/// <summary>Everything that generation makes is freed.</summary>
[Collection(nameof(LiveTensorsCollection))]
public sealed class TextGeneratorLeakTests
{
    [Fact]
    public void NothingLeaks()
    {
        using var store = new ParameterStore(new RandomSource(11, 0.3));
        var model = new LlamaModel(PackedForwardTests.Config("llama"), store.Root);
        var request = new GenerationRequest
        {
            PromptTokenIds = TextGeneratorTests.Prompt(9, 2),
            Options = GenerationOptions.SynpoCandidates with { MaxNewTokens = 70, EosTokenIds = [4] },
            Seeds = [1, 2, 3, 4, 5],
        };
        var generator = new TextGenerator(model, maxBatch: 3);
        generator.Generate(request);
        LiveTensors.Settle();
        var before = Tensor.LiveCount;
        generator.Generate([request, request]);
        Assert.Equal(before, Tensor.LiveCount);
    }
}
