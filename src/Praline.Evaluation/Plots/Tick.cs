using System.Globalization;

namespace Praline.Evaluation;

/// <summary>A marked value of an axis.</summary>
/// <param name="Value">Where it is.</param>
/// <param name="Label">How it is written; empty for a mark without label.</param>
internal readonly record struct Tick(double Value, string Label)
{
    private const string Minus = "−";

    /// <summary>
    /// Multiples of 1, 2 or 5 times a power of ten inside the range: of these steps the one that gives closest to
    /// <paramref name="wanted"/> ticks, and at least two.
    /// </summary>
    public static IReadOnlyList<Tick> Linear(double minimum, double maximum, int wanted)
    {
        var best = (Step: 0.0, First: 0L, Last: -1L, Distance: int.MaxValue);
        for (var step = Step((maximum - minimum) / (4 * wanted)); step <= maximum - minimum; step = Step(step * 1.01))
        {
            var first = (long)Math.Ceiling((minimum / step) - 1e-9);
            var last = (long)Math.Floor((maximum / step) + 1e-9);
            var distance = Math.Abs((int)(last - first + 1) - wanted);
            if (last > first && distance <= best.Distance)
            {
                best = (step, first, last, distance);
            }
        }

        var values = new List<double>();
        for (var i = best.First; i <= best.Last; i++)
        {
            values.Add(i * best.Step);
        }

        return [.. values.Select(v => new Tick(v, Text(v, best.Step, values.Max(Math.Abs))))];
    }

    /// <summary>Powers of ten inside the range, thinned to about <paramref name="wanted"/>; also their 2- and 5-fold when there are few.</summary>
    public static IReadOnlyList<Tick> Logarithmic(double minimum, double maximum, int wanted)
    {
        var low = (int)Math.Floor(Math.Log10(minimum));
        var high = (int)Math.Ceiling(Math.Log10(maximum));
        var ticks = Within(low, high, [1], Math.Max(1, (int)Math.Round((high - low) / (double)wanted)));
        return ticks.Count >= 3 ? ticks : Within(low, high, [1, 2, 5], 1) is { Count: >= 2 } more ? more : Linear(minimum, maximum, wanted);

        List<Tick> Within(int from, int to, int[] factors, int every)
        {
            var found = new List<Tick>();
            for (var power = from; power <= to; power++)
            {
                foreach (var factor in factors.Where(_ => power % every == 0))
                {
                    var value = factor * Math.Pow(10, power);
                    if (value >= minimum * (1 - 1e-9) && value <= maximum * (1 + 1e-9))
                    {
                        found.Add(new(value, PowerLabel(factor, power)));
                    }
                }
            }

            return found;
        }
    }

    /// <summary>The smallest 1, 2 or 5 times a power of ten that is at least <paramref name="raw"/>.</summary>
    public static double Step(double raw)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        foreach (var factor in new[] { 1, 2, 5 })
        {
            if (raw <= factor * power * (1 + 1e-9))
            {
                return factor * power;
            }
        }

        return 10 * power;
    }

    /// <summary>A value with the decimals that its axis' step needs, thousands as "k", tiny ones in powers of ten.</summary>
    private static string Text(double value, double step, double largest)
    {
        if (Math.Abs(value) < step * 1e-6)
        {
            return "0";
        }

        var sign = value < 0 ? Minus : "";
        var size = Math.Abs(value);
        if (largest < 1e-3 || largest >= 1e7)
        {
            var exponent = (int)Math.Floor(Math.Log10(largest));
            return $"{sign}{(size / Math.Pow(10, exponent)).ToString("0.##", CultureInfo.InvariantCulture)}e{exponent}".Replace("e-", $"e{Minus}");
        }

        var (unit, suffix) = largest >= 1e6 ? (1e6, "M") : largest >= 1e4 ? (1e3, "k") : (1, "");
        var decimals = Math.Max(0, (int)Math.Ceiling(-Math.Log10(step / unit) - 1e-9));
        return sign + (size / unit).ToString("F" + decimals, CultureInfo.InvariantCulture) + suffix;
    }

    private static string PowerLabel(int factor, int power) => power is >= -3 and <= 4
        ? (factor * Math.Pow(10, power)).ToString("0.###", CultureInfo.InvariantCulture)
        : $"{factor}e{power}".Replace("e-", $"e{Minus}");
}
