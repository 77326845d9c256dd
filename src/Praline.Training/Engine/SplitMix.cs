namespace Praline.Training.Engine;

/// <summary>SplitMix64 (Steele, Lea and Flood 2014): small, the same on every machine and runtime.</summary>
internal sealed class SplitMix(ulong seed)
{
    private ulong _state = seed;

    internal ulong Next() => Mix(_state += 0x9E3779B97F4A7C15);

    /// <summary>Every bit of the result depends on every bit of the argument.</summary>
    internal static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number from 0 up to, not including, the bound; without bias, by rejection.</summary>
    internal int Below(int bound)
    {
        var limit = ulong.MaxValue - (ulong.MaxValue % (ulong)bound);
        ulong value;
        do
        {
            value = Next();
        }
        while (value >= limit);

        return (int)(value % (ulong)bound);
    }
}
