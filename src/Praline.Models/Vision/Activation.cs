using Praline.Torch;

namespace Praline.Models.Vision;

/// <summary>The activation functions that vision towers and projectors name in <c>hidden_act</c>.</summary>
public static class Activation
{
    /// <summary>The function of that name, as the reference library's table has it.</summary>
    /// <exception cref="PralineException">The name is not known.</exception>
    public static Func<Tensor, Tensor> Parse(string name) => name switch
    {
        "gelu" => x => F.Gelu(x),
        "quick_gelu" => F.QuickGelu,
        "gelu_pytorch_tanh" or "gelu_new" => x => F.Gelu(x, tanh: true),
        "silu" or "swish" => F.Silu,
        "relu" => x => x.Relu(),
        _ => throw new PralineException(
            $"Unknown activation '{name}': expected gelu, quick_gelu, gelu_pytorch_tanh, gelu_new, silu or relu."),
    };
}
