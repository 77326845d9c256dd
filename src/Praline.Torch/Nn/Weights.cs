using Praline.Torch.Serialization;

namespace Praline.Torch.Nn;

/// <summary>
/// A place in a checkpoint: a prefix under which a module finds its parameters. <c>weights["self_attn"]["q_proj"]</c> is the
/// place of <c>….self_attn.q_proj</c>.
/// </summary>
public readonly struct Weights(ParameterStore store, string prefix)
{
    /// <summary>The store behind it.</summary>
    public ParameterStore Store { get; } = store;

    /// <summary>The module's full name.</summary>
    public string Prefix { get; } = prefix;

    /// <summary>A place inside this one.</summary>
    public Weights this[string name] => new(Store, Prefix.Length == 0 ? name : $"{Prefix}.{name}");

    /// <summary>A numbered place inside this one.</summary>
    public Weights this[int index] => this[index.ToString(System.Globalization.CultureInfo.InvariantCulture)];

    /// <summary>True when the checkpoint has that tensor here.</summary>
    public bool Has(string name) => Store.Has(this[name].Prefix);

    /// <summary>The parameter of that name, of exactly that shape.</summary>
    public Tensor Get(string name, Initialization initialization, params long[] shape) =>
        Store.Get(this[name].Prefix, shape, initialization);

    /// <summary>
    /// Makes modules one by one. A configuration that asks for a billion fails at the first thousand missing weights, before there is room made
    /// for all of them.
    /// </summary>
    public static T[] Repeat<T>(int count, Func<int, T> make)
    {
        var modules = new List<T>();
        for (var i = 0; i < count; i++)
        {
            modules.Add(make(i));
        }

        return [.. modules];
    }
}
