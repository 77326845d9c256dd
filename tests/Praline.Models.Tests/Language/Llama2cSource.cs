using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Praline.Models.Language;
using Praline.Torch;
using Praline.Torch.Serialization;

namespace Praline.Models.Tests.Language;

/// <summary>
/// The legacy file of llama2.c (export.py, version 0): seven int32 (dim, hidden, layers, heads, kv heads, vocabulary, length), then
/// float32 tensors by kind, each kind for all layers. Its q and k rows are in the interleaved order of the original Llama code;
/// Hugging Face's layout has the two halves of each head apart.
/// </summary>
internal sealed class Llama2cSource : ITensorSource, IDisposable
{
    private readonly Dictionary<string, Tensor> _tensors = new(StringComparer.Ordinal);

    internal Llama2cSource(string path)
    {
        var bytes = File.ReadAllBytes(path);
        int Header(int i) => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(4 * i));
        var (dim, hidden, layers, heads, kvHeads, vocabulary, length) =
            (Header(0), Header(1), Header(2), Header(3), Header(4), Header(5), Header(6));
        Name = path;
        Config = new LlamaConfig
        {
            HiddenSize = dim,
            IntermediateSize = hidden,
            NumHiddenLayers = layers,
            NumAttentionHeads = heads,
            NumKeyValueHeads = kvHeads,
            HeadDim = dim / heads,
            VocabSize = Math.Abs(vocabulary),
            MaxPositionEmbeddings = length,
            RmsNormEps = 1e-5,
            TieWordEmbeddings = vocabulary > 0,
        };
        var floats = MemoryMarshal.Cast<byte, float>(bytes.AsSpan(28)).ToArray();
        var at = 0;
        Tensor Take(params long[] shape)
        {
            var count = (int)shape.Aggregate(1L, (a, b) => a * b);
            at += count;
            return Tensor.From<float>(floats.AsSpan(at - count, count), shape);
        }

        long keyDim = (long)dim / heads * kvHeads;
        using var scope = new TensorScope();
        _tensors["model.embed_tokens.weight"] = Take(Config.VocabSize, dim);
        void PerLayer(string name, Func<Tensor, Tensor> change, params long[] shape)
        {
            for (var i = 0; i < layers; i++)
            {
                _tensors[$"model.layers.{i}.{name}.weight"] = change(Take(shape));
            }
        }

        PerLayer("input_layernorm", x => x, dim);
        PerLayer("self_attn.q_proj", x => Halves(x, heads), dim, dim);
        PerLayer("self_attn.k_proj", x => Halves(x, kvHeads), keyDim, dim);
        PerLayer("self_attn.v_proj", x => x, keyDim, dim);
        PerLayer("self_attn.o_proj", x => x, dim, dim);
        PerLayer("post_attention_layernorm", x => x, dim);
        PerLayer("mlp.gate_proj", x => x, hidden, dim);
        PerLayer("mlp.down_proj", x => x, dim, hidden);
        PerLayer("mlp.up_proj", x => x, hidden, dim);
        _tensors["model.norm.weight"] = Take(dim);
        foreach (var tensor in _tensors.Values)
        {
            tensor.DetachFromScope();
        }
    }

    public string Name { get; }

    public IReadOnlyCollection<string> Names => _tensors.Keys;

    internal LlamaConfig Config { get; }

    public Tensor? TryRead(string name, long[] shape, Initialization initialization) =>
        _tensors.TryGetValue(name, out var tensor) ? tensor.Alias() : null;

    public void Dispose()
    {
        foreach (var tensor in _tensors.Values)
        {
            tensor.Dispose();
        }
    }

    private static Tensor Halves(Tensor weight, long heads)
    {
        var shape = weight.Shape;
        return weight.View(heads, shape[0] / heads / 2, 2, shape[1]).Transpose(1, 2).Reshape(shape);
    }
}
