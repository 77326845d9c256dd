using Praline.Models.Language;
using Praline.Torch;
using Praline.Torch.Nn;
using Praline.Torch.Serialization;

namespace Praline.Training.Tests;

/// <summary>A tiny Llama from a checkpoint folder or from random weights.</summary>
internal sealed class TinyLlama : IDisposable
{
    public TinyLlama(string folder, DType? dtype = null)
        : this(LlamaConfig.Read(folder), CheckpointSource.Open(folder), dtype, Testing.TestDevice.Current)
    {
    }

    public TinyLlama(LlamaConfig config, ITensorSource source, DType? dtype = null, Device device = default)
    {
        Store = new ParameterStore(source, dtype, device);
        Language = new LlamaModel(config, Store.Root);
        Store.Verify();
    }

    public ParameterStore Store { get; }

    public LlamaModel Language { get; }

    public static TinyLlama Random(ulong seed = 1, DType dtype = DType.Float32, bool tied = false) => new(
        new LlamaConfig
        {
            VocabSize = 61,
            HiddenSize = 32,
            IntermediateSize = 48,
            NumHiddenLayers = 2,
            NumAttentionHeads = 4,
            NumKeyValueHeads = 2,
            HeadDim = 8,
            TieWordEmbeddings = tied,
        },
        new RandomSource(seed, 0.3), dtype);

    /// <summary>[B, T, V] from padded inputs, with plain positions.</summary>
    public Tensor Logits(Dictionary<string, Tensor> inputs)
    {
        var ids = inputs["input_ids"];
        var positions = Tensor.Arange(0, ids.Size(1), device: ids.Device).Unsqueeze(0).Expand(ids.Size(0), ids.Size(1));
        return Language.Logits(Language.Forward(Language.Embed(ids), positions, inputs["attention_mask"].Ne(0)));
    }

    /// <summary>Mean cross-entropy after the one-step shift.</summary>
    public static Tensor Loss(Tensor logits, Tensor labels)
    {
        var length = logits.Size(1) - 1;
        return F.CrossEntropy(logits.Narrow(1, 0, length).Reshape(-1, logits.Size(2)), labels.Narrow(1, 1, length).Reshape(-1));
    }

    public void Dispose() => Store.Dispose();
}
