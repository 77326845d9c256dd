using System.Text;

namespace Praline.Models.Generation;

/// <summary>Texts that end a text.</summary>
internal static class StopStrings
{
    /// <summary>True when one of them is in what the newest tokens decode to.</summary>
    internal static bool EndsHere(IReadOnlyList<int> tokens, IReadOnlyList<string> stops, Func<IReadOnlyList<int>, string>? decode)
    {
        if (stops.Count == 0)
        {
            return false;
        }

        // A stop string that ends in the newest token lies in so many last tokens at most: each adds a byte or more.
        var longest = stops.Max(Encoding.UTF8.GetByteCount);
        var tail = decode!([.. tokens.Skip(Math.Max(0, tokens.Count - longest - 8))]);
        return stops.Any(stop => tail.Contains(stop, StringComparison.Ordinal));
    }
}
