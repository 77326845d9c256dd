using System.Globalization;

namespace Praline.Testing;

/// <summary>
/// What one test compared of a golden case: for every tolerance the quantity that differs most. On disposal it is appended to the
/// file that <c>PRALINE_GOLDEN_REPORT</c> names, from which <c>./test --golden</c> prints its table.
/// </summary>
public sealed class GoldenRecord : IDisposable
{
    private static readonly AsyncLocal<GoldenRecord?> Current = new();
    private static readonly Lock Writing = new();
    private readonly SortedDictionary<string, (double Difference, string Quantity, bool Holds)> _worst = new(StringComparer.Ordinal);
    private readonly GoldenRecord? _outer = Current.Value;
    private readonly string _name;
    private int _exact;

    internal GoldenRecord(string name)
    {
        _name = name;
        Current.Value = this;
    }

    /// <summary>Counts comparisons that allow no difference and held.</summary>
    public void Exact(int count = 1) => _exact += count;

    /// <inheritdoc/>
    public void Dispose()
    {
        Current.Value = _outer;
        if (Environment.GetEnvironmentVariable("PRALINE_GOLDEN_REPORT") is not { Length: > 0 } report)
        {
            return;
        }

        var lines = _worst.Select(entry => string.Create(
            CultureInfo.InvariantCulture,
            $"{_name}\t{entry.Value.Quantity}\t{entry.Value.Difference:0.00e+00}\t{entry.Key}\t{(entry.Value.Holds ? "ok" : "FAILED")}")).ToList();
        if (_exact > 0 || lines.Count == 0)
        {
            lines.Add($"{_name}\t{_exact} exact\t0\t0\tok");
        }

        lock (Writing)
        {
            File.AppendAllLines(report, lines);
        }
    }

    /// <summary>A comparison of <see cref="Close"/>, for the record that is open.</summary>
    internal static void Note(string quantity, double difference, double atol, double rtol, bool holds)
    {
        if (Current.Value is not { } record)
        {
            return;
        }

        quantity = string.Join(' ', quantity.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)); // one line of the report
        if (atol == 0 && rtol == 0 && holds)
        {
            record._exact++;
            return;
        }

        var tolerance = string.Create(CultureInfo.InvariantCulture, $"{atol:0e+00}{(rtol > 0 ? $" + {rtol:0e+00}·|x|" : "")}");
        if (!record._worst.TryGetValue(tolerance, out var known) || difference > known.Difference || (known.Holds && !holds))
        {
            record._worst[tolerance] = (difference, quantity, holds);
        }
    }
}
