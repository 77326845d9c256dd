namespace Praline.Training.Engine;

/// <summary>Weighted sums of quantities that are logged as means: micro-batches of any cut add up to the same.</summary>
public sealed class MetricSums
{
    private readonly Dictionary<string, (double Sum, double Weight)> _sums = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];

    /// <summary>Adds a sum over so many items.</summary>
    public void Add(string name, double sum, double weight)
    {
        if (!_sums.TryGetValue(name, out var present))
        {
            _order.Add(name);
        }

        _sums[name] = (present.Sum + sum, present.Weight + weight);
    }

    /// <summary>Adds the mean of some values with the weight of their number.</summary>
    public void Add(string name, IEnumerable<double> values)
    {
        var list = values.ToArray();
        Add(name, list.Sum(), list.Length);
    }

    /// <summary>Adds everything of another.</summary>
    public void Add(MetricSums other)
    {
        foreach (var name in other._order)
        {
            Add(name, other._sums[name].Sum, other._sums[name].Weight);
        }
    }

    /// <summary>Everything that was added, in the order in which it was first added.</summary>
    public IReadOnlyList<MetricSum> Entries
    {
        get => [.. _order.Select(name => new MetricSum(name, _sums[name].Sum, _sums[name].Weight))];
        init
        {
            foreach (var entry in value)
            {
                Add(entry.Name, entry.Sum, entry.Weight);
            }
        }
    }

    /// <summary>The means, in the order in which they were first added.</summary>
    public IEnumerable<KeyValuePair<string, double>> Means() =>
        _order.Where(name => _sums[name].Weight != 0).Select(name => KeyValuePair.Create(name, _sums[name].Sum / _sums[name].Weight));
}
