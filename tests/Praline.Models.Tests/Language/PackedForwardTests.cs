using Praline.Models.Language;
using Praline.Testing;
using Praline.Torch;
using Praline.Torch.Nn;
using Praline.Torch.Serialization;

namespace Praline.Models.Tests.Language;

/// <summary>
/// A packed stream gives the numbers of its sequences computed one by one, padded: the plain formulation is the oracle, in
/// double precision so that only mistakes remain.
/// </summary>
public sealed class PackedForwardTests
{
    public static TheoryData<string> Configurations() => ["llama", "mistral window", "qwen2", "tied"];

    /// <summary>Every configuration, with the kernel and with libtorch's operators.</summary>
    public static TheoryData<string, bool> Ways()
    {
        var ways = new TheoryData<string, bool>();
        foreach (var row in Configurations())
        {
            ways.Add(row, false);
            ways.Add(row, true);
        }

        return ways;
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void HiddenStatesAndAllGradientsEqualSeparateSequences(string configuration, bool plain)
    {
        using var scope = new TensorScope();
        var config = Config(configuration);
        using var store = new ParameterStore(new RandomSource(7, 0.2), DType.Float64);
        var model = new LlamaModel(config, store.Root);
        foreach (var parameter in store.Parameters.Values)
        {
            parameter.RequiresGrad = true;
        }

        SequenceTree[] trees = [new(5, 3, 4), new(1, 2), new(0, 6, 1), new(7), new(300, 2, 270, 1)];
        var layout = new PackedLayout(trees);
        using var generator = new Generator(3);
        var embeds = Tensor.Randn([layout.Length, config.HiddenSize], generator).To(DType.Float64);
        var probe = Tensor.Randn([layout.Length, config.HiddenSize], generator).To(DType.Float64);
        embeds.RequiresGrad = true;

        var attention = new PackedAttention(config, layout) { Plain = true };
        var packed = plain
            ? model.ForwardTokens(embeds, layout.PositionIds(Device.Cpu), attention)
            : model.ForwardPacked(embeds, layout);
        attention.Free();
        (packed * probe).Sum().Backward();
        var gradients = store.Parameters.Where(p => p.Value.Grad is not null).ToDictionary(p => p.Key, p => p.Value.Grad!.Clone());
        var embedsGradient = embeds.Grad!.Clone();
        foreach (var parameter in store.Parameters.Values.Append(embeds))
        {
            parameter.Grad = null;
        }

        // One sequence per response, prompt first. The prompt's own outputs are taken (and their gradient fed) once.
        var separate = new List<Tensor>();
        for (var t = 0; t < trees.Length; t++)
        {
            var prompt = embeds.Narrow(0, layout.TreeStarts[t], trees[t].PromptLength);
            if (trees[t].PromptLength > 0)
            {
                separate.Add(Alone(model, prompt));
            }

            for (var r = 0; r < trees[t].ResponseLengths.Length; r++)
            {
                var response = embeds.Narrow(0, layout.ResponseStart(t, r), trees[t].ResponseLengths[r]);
                separate.Add(Alone(model, Tensor.Cat([prompt, response])).Narrow(0, trees[t].PromptLength, trees[t].ResponseLengths[r]));
            }
        }

        var expected = Tensor.Cat([.. separate]);
        Close.Equal(expected, packed, 1e-9, 1e-9, "hidden states");
        (expected * probe).Sum().Backward();
        Close.Equal(embeds.Grad!, embedsGradient, 1e-8, 1e-8, "gradient of the embeddings");
        Assert.NotEmpty(gradients);
        foreach (var (name, gradient) in gradients)
        {
            Close.Equal(store.Parameters[name].Grad!, gradient, 1e-7, 1e-7, $"gradient of {name}");
        }
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void CheckpointingChangesNoNumber(string configuration)
    {
        using var scope = new TensorScope();
        var config = Config(configuration);
        using var store = new ParameterStore(new RandomSource(7, 0.2));
        var model = new LlamaModel(config, store.Root);
        var parameters = store.Parameters.Values.ToArray();
        foreach (var parameter in parameters)
        {
            parameter.RequiresGrad = true;
        }

        var layout = new PackedLayout(new SequenceTree(20, 5, 9), new SequenceTree(3, 4));
        var ids = Tensor.Arange(0, layout.Length);
        Tensor?[] Gradients(bool checkpointing)
        {
            var hidden = model.ForwardPacked(model.Embed(ids), layout, checkpointing: checkpointing);
            return Autograd.Grad([(model.Logits(hidden) * 0.1).Tanh().Sum()], parameters);
        }

        var (plain, again) = (Gradients(false), Gradients(true));
        for (var i = 0; i < parameters.Length; i++)
        {
            Close.Equal(plain[i]!, again[i]!, 1e-6, 1e-5, store.Parameters.Keys.ElementAt(i));
        }
    }

    [Fact]
    public void PositionsRestartAfterThePrompt()
    {
        var layout = new PackedLayout(new SequenceTree(2, 2, 3), new SequenceTree(1));
        Assert.Equal([0, 1, 2, 3, 2, 3, 4, 0], layout.Positions());
        Assert.Equal(4, layout.ResponseStart(0, 1));
        Assert.Equal(7, layout.TreeStarts[1]);
    }

    internal static LlamaConfig Config(string configuration)
    {
        var config = new LlamaConfig
        {
            VocabSize = 50,
            HiddenSize = 24,
            IntermediateSize = 40,
            NumHiddenLayers = 2,
            NumAttentionHeads = 4,
            NumKeyValueHeads = 2,
            HeadDim = 6,
        };
        return configuration switch
        {
            "mistral window" => config with { SlidingWindow = 3, HeadDim = 8, NumKeyValueHeads = 1 },
            "qwen2" => config with { QkvBias = true, SlidingWindow = 4, FirstWindowLayer = 1 },
            "tied" => config with { TieWordEmbeddings = true, NumKeyValueHeads = 4 },
            _ => config,
        };
    }

    private static Tensor Alone(LlamaModel model, Tensor embeds)
    {
        var length = embeds.Size(0);
        return model.Forward(embeds.Unsqueeze(0), Tensor.Arange(0, length).Unsqueeze(0)).Squeeze(0);
    }
}
