namespace Praline.Torch.Distributed;

/// <summary>What the exchange of gradients took.</summary>
/// <param name="Seconds">Time in which something was exchanged.</param>
/// <param name="Waited">Time that the training waited for it.</param>
/// <param name="Bytes">Bytes that this rank sent.</param>
public readonly record struct ReducerStatistics(double Seconds, double Waited, long Bytes)
{
    /// <summary>The share of the exchange that ran beside the backward pass, from 0 to 1.</summary>
    public double Overlapped => Seconds <= 0 ? 1 : Math.Clamp(1 - (Waited / Seconds), 0, 1);

    /// <summary>Both together.</summary>
    public static ReducerStatistics operator +(ReducerStatistics a, ReducerStatistics b) => new(a.Seconds + b.Seconds, a.Waited + b.Waited, a.Bytes + b.Bytes);
}
