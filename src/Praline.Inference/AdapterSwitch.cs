using Praline.Models.Multimodal;
using Praline.Torch;
using Praline.Torch.Nn;

namespace Praline.Inference;

/// <summary>
/// Several adapters on one model, chosen row by row: requests for the base and for different adapters decode in one batch. Each adapter's rows go through its own
/// update; all others see the model as it was loaded.
/// </summary>
internal sealed class AdapterSwitch : IDisposable
{
    private readonly List<KeyValuePair<string, Linear>> _linears;
    private readonly Dictionary<Linear, RoutedLinear> _routed = [];
    private readonly Dictionary<string, IDisposable> _adapters = new(StringComparer.Ordinal);
    private readonly HashSet<string> _onVision = new(StringComparer.Ordinal);
    private readonly HashSet<Linear> _language;
    private IReadOnlyList<(string? Adapter, int Rows)> _rows = [(null, int.MaxValue)];

    internal AdapterSwitch(VisionLanguageModel? vision, ParameterStore language)
    {
        _linears = vision is null ? [.. language.Linears] : [.. Enum.GetValues<ModelPart>().SelectMany(vision.Linears)];
        _language = [.. vision is null ? language.Linears.Values : vision.Linears(ModelPart.Language).Select(l => l.Value)];
    }

    /// <summary>The adapters' names, in the order they were added.</summary>
    internal IReadOnlyCollection<string> Names => _adapters.Keys;

    /// <summary>Puts an adapter beside the others.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="load">Puts it on the model's linear layers and returns what frees it.</param>
    /// <exception cref="PralineException">The name is taken, or the adapter changed nothing.</exception>
    internal void Add(string name, Func<IDisposable> load)
    {
        if (_adapters.ContainsKey(name))
        {
            throw new PralineException($"There are two adapters named {name}. Give each a name of its own.");
        }

        var before = _linears.Select(l => l.Value.Adapter).ToList();
        var adapter = load();
        var changed = 0;
        foreach (var ((_, linear), old) in _linears.Zip(before))
        {
            if (linear.Adapter is not { } loaded || ReferenceEquals(loaded, old))
            {
                continue;
            }

            if (!_routed.TryGetValue(linear, out var routed))
            {
                routed = new RoutedLinear(this, old);
                _routed.Add(linear, routed);
            }

            routed.Add(name, loaded);
            linear.Adapter = routed;
            changed++;
            if (!_language.Contains(linear))
            {
                _onVision.Add(name);
            }
        }

        _adapters.Add(name, adapter);
        if (changed == 0)
        {
            throw new PralineException($"The adapter {name} changes no linear layer of the model.");
        }
    }

    /// <summary>Says which rows of the next computations are whose.</summary>
    internal void Select(IReadOnlyList<(string? Adapter, int Rows)> rows) => _rows = rows;

    /// <summary>The adapter where it changes what the model sees; else null: then features are those of the base.</summary>
    internal string? ForVision(string? adapter) => adapter is not null && _onVision.Contains(adapter) ? adapter : null;

    public void Dispose()
    {
        foreach (var (linear, routed) in _routed)
        {
            linear.Adapter = routed.Base;
        }

        foreach (var adapter in _adapters.Values)
        {
            adapter.Dispose();
        }
    }

    private sealed class RoutedLinear(AdapterSwitch owner, ILinearAdapter? @base) : ILinearAdapter
    {
        private readonly Dictionary<string, ILinearAdapter> _adapters = new(StringComparer.Ordinal);

        internal ILinearAdapter? Base => @base;

        internal void Add(string name, ILinearAdapter adapter) => _adapters.Add(name, adapter);

        public Tensor Forward(Linear layer, Tensor x)
        {
            var rows = x.Size(0);
            if (owner._rows.Count == 1 || x.Dim != 2)
            {
                return One(owner._rows[0].Adapter, layer, x);
            }

            using var scope = new TensorScope();
            var parts = new List<Tensor>();
            long start = 0;
            for (var i = 0; i < owner._rows.Count && start < rows;)
            {
                // Neighbours that this layer treats alike are computed together.
                var adapter = Known(owner._rows[i].Adapter);
                long count = 0;
                for (; i < owner._rows.Count && ReferenceEquals(Known(owner._rows[i].Adapter), adapter); i++)
                {
                    count += owner._rows[i].Rows;
                }

                count = Math.Min(count, rows - start);
                var part = x.Narrow(0, start, count);
                parts.Add(adapter is null ? layer.Base(part) : adapter.Forward(layer, part));
                start += count;
            }

            return (parts.Count == 1 ? parts[0] : Tensor.Cat([.. parts])).MoveToOuterScope();
        }

        private Tensor One(string? name, Linear layer, Tensor x) => Known(name) is { } adapter ? adapter.Forward(layer, x) : layer.Base(x);

        private ILinearAdapter? Known(string? name) => name is not null && _adapters.TryGetValue(name, out var adapter) ? adapter : @base;
    }
}
