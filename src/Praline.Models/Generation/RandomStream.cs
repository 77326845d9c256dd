namespace Praline.Models.Generation;

/// <summary>
/// A stream of random numbers that depends on its seed alone (SplitMix64, Steele et al. 2014): each sequence has its own, so that
/// neither batch nor order changes what it draws.
/// </summary>
public struct RandomStream(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A seed for one thing among many, such as (run's seed, stage, item, candidate).</summary>
    public static ulong Derive(ulong seed, params ReadOnlySpan<ulong> path)
    {
        foreach (var step in path)
        {
            seed = new RandomStream(seed ^ (step * 0xD1342543DE82EF95UL)).NextUInt64();
        }

        return seed;
    }

    /// <summary>The next 64 random bits.</summary>
    public ulong NextUInt64()
    {
        var z = _state += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    /// <summary>The next number in [0, 1), a multiple of 2⁻⁵³.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));
}
