namespace Praline.Training.Objectives;

/// <summary>The mean of all numbers seen so far.</summary>
public sealed class RunningMean
{
    /// <summary>The mean; 0 before the first number.</summary>
    public double Mean { get; private set; }

    /// <summary>How many numbers it is the mean of.</summary>
    public long Count { get; private set; }

    /// <summary>Takes numbers in.</summary>
    public void Add(ReadOnlySpan<double> values)
    {
        foreach (var value in values)
        {
            Count++;
            Mean += (value - Mean) / Count;
        }
    }

    /// <summary>Goes on where an earlier run stopped.</summary>
    public void Restore(double mean, long count) => (Mean, Count) = (mean, count);
}
