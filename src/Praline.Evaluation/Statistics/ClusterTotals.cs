namespace Praline.Evaluation;

/// <summary>A statistic that depends on the data through column totals only: a ratio of sums, an F1, a difference of means.</summary>
/// <param name="totals">One total per column.</param>
/// <returns>The statistic; NaN where it is undefined (0/0).</returns>
public delegate double TotalsStatistic(ReadOnlySpan<double> totals);

/// <summary>
/// Rows of numbers summed per cluster. What is drawn again in a bootstrap is the cluster (a video with all its captions, of all training
/// seeds), because rows of one cluster are not independent of each other.
/// </summary>
/// <param name="columns">How many numbers a row has.</param>
public sealed class ClusterTotals(int columns)
{
    private readonly SortedDictionary<string, double[]> _clusters = new(StringComparer.Ordinal);

    /// <summary>How many numbers a row has.</summary>
    public int Columns { get; } = columns > 0 ? columns : throw new ArgumentOutOfRangeException(nameof(columns));

    /// <summary>How many clusters there are.</summary>
    public int Count => _clusters.Count;

    /// <summary>The clusters' names, in ordinal order.</summary>
    public IEnumerable<string> Names => _clusters.Keys;

    /// <summary>Adds one row to its cluster.</summary>
    /// <param name="cluster">The cluster's name.</param>
    /// <param name="row">As many finite numbers as there are <see cref="Columns"/>.</param>
    /// <exception cref="ArgumentException">Another number of columns, or a value that is not finite.</exception>
    public void Add(string cluster, params ReadOnlySpan<double> row)
    {
        if (row.Length != Columns)
        {
            throw new ArgumentException($"Expected {Columns} columns, found {row.Length}.", nameof(row));
        }

        if (!_clusters.TryGetValue(cluster, out var totals))
        {
            _clusters.Add(cluster, totals = new double[Columns]);
        }

        for (var column = 0; column < Columns; column++)
        {
            if (!double.IsFinite(row[column]))
            {
                throw new ArgumentException($"Column {column} of cluster '{cluster}' is {row[column]}.", nameof(row));
            }

            totals[column] += row[column];
        }
    }

    /// <summary>The totals of one cluster; zeros if it has no row.</summary>
    internal ReadOnlySpan<double> Of(string cluster) =>
        _clusters.TryGetValue(cluster, out var totals) ? totals : new double[Columns];

    /// <summary>Whether a row was added to this cluster.</summary>
    internal bool Contains(string cluster) => _clusters.ContainsKey(cluster);

    /// <summary>All totals, [clusters × columns], clusters in ordinal order of their names whatever the order of adding.</summary>
    internal double[] ToMatrix()
    {
        var matrix = new double[Count * Columns];
        var row = 0;
        foreach (var totals in _clusters.Values)
        {
            totals.CopyTo(matrix, row++ * Columns);
        }

        return matrix;
    }
}
