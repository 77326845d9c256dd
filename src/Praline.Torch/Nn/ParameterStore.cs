using Praline.Torch.Serialization;

namespace Praline.Torch.Nn;

/// <summary>
/// Every parameter of a model by the name it has in the checkpoint, and every linear layer and embedding by its module name, where
/// adapters find them. A model asks for its parameters while it is built; <see cref="Verify"/> then reports whatever was missing,
/// misshapen or left over, all at once.
/// </summary>
public sealed class ParameterStore : IDisposable
{
    /// <summary>After so many problems nothing fits; a configuration that asks for a billion layers would go on for ever.</summary>
    private const int MostProblems = 1000;

    private readonly ITensorSource _source;
    private readonly Func<string, string> _rename;
    private readonly Dictionary<string, Tensor> _parameters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Linear> _linears = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Embedding> _embeddings = new(StringComparer.Ordinal);
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly List<string> _problems = [];

    /// <summary>Creates a store over a source of weights.</summary>
    /// <param name="source">Where the numbers come from.</param>
    /// <param name="dtype">The type parameters are converted to; null keeps the checkpoint's.</param>
    /// <param name="device">Where parameters are put.</param>
    /// <param name="rename">Maps a name that the model asks for to the checkpoint's; identity when null.</param>
    public ParameterStore(ITensorSource source, DType? dtype = null, Device device = default, Func<string, string>? rename = null)
    {
        _source = source;
        _rename = rename ?? (name => name);
        DType = dtype;
        Device = device == default ? Device.Cpu : device;
    }

    /// <summary>The type parameters are converted to; null keeps the checkpoint's.</summary>
    public DType? DType { get; }

    /// <summary>Where parameters are put.</summary>
    public Device Device { get; }

    /// <summary>All parameters by checkpoint name.</summary>
    public IReadOnlyDictionary<string, Tensor> Parameters => _parameters;

    /// <summary>All linear layers by module name, such as <c>model.layers.0.self_attn.q_proj</c>.</summary>
    public IReadOnlyDictionary<string, Linear> Linears => _linears;

    /// <summary>What adapters on the linear layers draw random numbers from at present: rewound where a layer is computed again.</summary>
    public IReadOnlyList<Generator> Generators => [.. _linears.Values.Select(linear => (linear.Adapter as IRandomized)?.Generator).OfType<Generator>().Distinct()];

    /// <summary>All embeddings by module name.</summary>
    public IReadOnlyDictionary<string, Embedding> Embeddings => _embeddings;

    /// <summary>The store's root, from which modules take their parameters.</summary>
    public Weights Root => new(this, "");

    /// <summary>Tensors of the checkpoint that may be left over: names for which it returns true are no error.</summary>
    public Func<string, bool> MayIgnore { get; set; } = _ => false;

    /// <summary>True when the source has that tensor, or makes up any.</summary>
    public bool Has(string name) => _source.Names is not { } names || names.Contains(_rename(name));

    /// <summary>
    /// Fails when parameters were missing, misshapen or unexpected, listing every one.
    /// </summary>
    /// <exception cref="PralineException">The list of problems.</exception>
    public void Verify()
    {
        if (_source.Names is { } names)
        {
            _problems.AddRange(names.Where(name => !_taken.Contains(name) && !MayIgnore(name)).Order(StringComparer.Ordinal)
                .Select(name => $"unexpected: {name}"));
        }

        if (_problems.Count > 0)
        {
            throw DoNotFit();
        }
    }

    /// <summary>Frees every parameter.</summary>
    public void Dispose()
    {
        foreach (var parameter in _parameters.Values)
        {
            parameter.Dispose();
        }
    }

    internal Tensor Get(string name, long[] shape, Initialization initialization)
    {
        if (_parameters.TryGetValue(name, out var known))
        {
            return known;
        }

        var sourceName = _rename(name);
        var tensor = _source.TryRead(sourceName, shape, initialization);
        if (tensor is null)
        {
            Complain($"missing: {sourceName} [{string.Join(", ", shape)}]");
            tensor = Stand(shape, DType ?? Torch.DType.Float32);
        }
        else if (!tensor.Shape.AsSpan().SequenceEqual(shape))
        {
            Complain($"misshapen: {sourceName} is [{string.Join(", ", tensor.Shape)}], expected [{string.Join(", ", shape)}]");
            tensor.Dispose();
            tensor = Stand(shape, DType ?? Torch.DType.Float32);
        }
        else if (!tensor.DType.IsFloatingPoint())
        {
            Complain($"wrong type: {sourceName} is {tensor.DType}, expected floating point numbers");
        }

        _taken.Add(sourceName);
        var placed = Place(tensor);
        _parameters[name] = placed;
        return placed;
    }

    /// <summary>Takes a parameter that was made after loading.</summary>
    internal void Add(string name, Tensor parameter) => _parameters.Add(name, parameter.DetachFromScope());

    internal void Register(string name, Linear linear) => _linears[name] = linear;

    internal void Register(string name, Embedding embedding) => _embeddings[name] = embedding;

    /// <summary>Stands for a parameter that is not there until the error comes: one number, whatever the shape.</summary>
    private static Tensor Stand(long[] shape, DType dtype)
    {
        using var zero = Tensor.Zeros([1], dtype);
        return zero.Expand(shape);
    }

    private void Complain(string problem)
    {
        _problems.Add(problem);
        if (_problems.Count >= MostProblems)
        {
            throw DoNotFit();
        }
    }

    private PralineException DoNotFit()
    {
        const int shown = 20;
        var more = _problems.Count > shown ? $"\n  … and {_problems.Count - shown} more" : "";
        return new PralineException(
            $"The weights in {_source.Name} do not fit the model that config.json describes:\n  "
            + string.Join("\n  ", _problems.Take(shown)) + more);
    }

    private Tensor Place(Tensor tensor)
    {
        var placed = tensor.To(Device, DType ?? tensor.DType);
        placed.DetachFromScope();
        tensor.Dispose();
        return placed;
    }
}
