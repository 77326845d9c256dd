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
        var branched = request with { PromptTokenIds = [.. TextGeneratorTests.Prompt(9, 2), 7], Seeds = [3, 4], Contrast = new Contrast(TextGeneratorTests.Prompt(5, 1)) };
        var wrong = request with { PromptTokenIds = [] };
        var generator = new TextGenerator(model, maxBatch: 3);
        generator.Generate([request, branched]);
        LiveTensors.Settle();
        var before = Tensor.LiveCount;
        generator.Generate([request, branched, request]);
        Assert.Throws<PralineException>(() => generator.Generate([branched, wrong]));
        Assert.Equal(before, Tensor.LiveCount);
    }

    /// <summary>As when the memory does not suffice: the second prompt gets no further than its first layer.</summary>
    [Fact]
    public void NothingLeaksWhenAPromptCannotBeComputed()
    {
        using var store = new ParameterStore(new RandomSource(11, 0.3));
        var model = new LlamaModel(PackedForwardTests.Config("llama"), store.Root) { LayerWeights = new Failing(after: 3) };
        GenerationRequest Request(int i) => new() { PromptTokenIds = TextGeneratorTests.Prompt(200, i), Options = new GenerationOptions() };
        LiveTensors.Settle();
        var before = Tensor.LiveCount;
        Assert.Throws<InsufficientMemoryException>(() => new TextGenerator(model).Generate([Request(0), Request(1), Request(2)]));
        Assert.Equal(before, Tensor.LiveCount);
    }

    private sealed class Failing(int after) : ILayerWeights, IDisposable
    {
        private int _used;

        public IDisposable Use(int layer, int? next = null) => _used++ < after ? this : throw new InsufficientMemoryException();

        public void Settle()
        {
        }

        public void Dispose()
        {
        }
    }
}
