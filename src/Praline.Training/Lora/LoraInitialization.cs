using System.Text;
using Praline.Torch;

namespace Praline.Training.Lora;

/// <summary>How fresh adapters start, as in PEFT: the update is zero, and learns because one of its two factors is not.</summary>
internal static class LoraInitialization
{
    /// <summary>
    /// Linear layers: A uniform in ±1/√in (Kaiming with a = √5), B zero. Embeddings: A zero, B standard normal. Magnitudes are left
    /// zero and taken from the weights by the caller.
    /// </summary>
    internal static Tensor Make(string name, long[] shape, ulong seed, DType dtype)
    {
        using var generator = new Generator(Hash(name) ^ seed);
        if (name.EndsWith(".lora_A.weight", StringComparison.Ordinal))
        {
            var bound = 1 / Math.Sqrt(shape[1]);
            return ((Tensor.Rand(shape, generator) * (2 * bound)) - bound).To(dtype);
        }

        return name.EndsWith(".lora_embedding_B", StringComparison.Ordinal)
            ? Tensor.Randn(shape, generator).To(dtype)
            : Tensor.Zeros(shape, dtype);
    }

    /// <summary>FNV-1a.</summary>
    private static ulong Hash(string name)
    {
        var hash = 14695981039346656037UL;
        foreach (var value in Encoding.UTF8.GetBytes(name))
        {
            hash = (hash ^ value) * 1099511628211UL;
        }

        return hash;
    }
}
