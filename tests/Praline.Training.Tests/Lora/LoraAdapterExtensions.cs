using Praline.Torch;
using Praline.Training.Lora;

namespace Praline.Training.Tests;

internal static class LoraAdapterExtensions
{
    /// <summary>Gives the update something to say: B is not zero any more.</summary>
    public static LoraAdapter WithRandomB(this LoraAdapter adapter, ulong seed = 12)
    {
        using var noGrad = NoGrad.Begin();
        foreach (var (name, tensor) in adapter.Parameters.Where(p => p.Key.Contains("lora_B", StringComparison.Ordinal)))
        {
            using var generator = new Generator(seed++);
            tensor.CopyInPlace(Tensor.Randn(tensor.Shape, generator) * 0.1);
        }

        return adapter;
    }
}
