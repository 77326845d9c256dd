using Praline.Torch;
namespace Praline.Models.Language;

/// <summary>Activation functions by the names of transformers' <c>ACT2FN</c>.</summary>
public static class Activation
{
    private static readonly Dictionary<string, Func<Tensor, Tensor>> Functions = new(StringComparer.Ordinal)
    {
        ["silu"] = F.Silu,
        ["swish"] = F.Silu,
        ["gelu"] = x => F.Gelu(x),
        ["gelu_new"] = x => F.Gelu(x, tanh: true),
        ["gelu_pytorch_tanh"] = x => F.Gelu(x, tanh: true),
        ["quick_gelu"] = F.QuickGelu,
        ["relu"] = x => x.Relu(),
    };

    /// <summary>The names, for messages.</summary>
    public static string Known => string.Join(", ", Functions.Keys);

    /// <summary>True when <see cref="Get"/> has that name.</summary>
    public static bool IsKnown(string name) => Functions.ContainsKey(name);

    /// <summary>The function of that name.</summary>
    /// <exception cref="PralineException">No such function.</exception>
    public static Func<Tensor, Tensor> Get(string name) => Functions.TryGetValue(name, out var function)
        ? function
        : throw new PralineException($"There is no activation \"{name}\"; known are {Known}.");
}
