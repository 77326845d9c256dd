namespace Praline.Training.Benchmarks;

/// <summary>What carries bytes between ranks.</summary>
/// <param name="Name">For tables.</param>
/// <param name="Latency">Seconds of one message.</param>
/// <param name="BytesPerSecond">Bytes that a rank sends in a second, once they flow.</param>
internal sealed record Network(string Name, double Latency, double BytesPerSecond)
{
    /// <summary>Networks by their data sheets; what programs reach of them is less, and worth measuring.</summary>
    public static IReadOnlyList<Network> Known { get; } =
    [
        new("1 Gbit/s Ethernet", 50e-6, 0.12e9),
        new("10 Gbit/s Ethernet", 30e-6, 1.2e9),
        new("100 Gbit/s InfiniBand", 5e-6, 12e9),
        new("400 Gbit/s InfiniBand", 5e-6, 48e9),
        new("NVLink, 300 GB/s", 3e-6, 300e9),
    ];

    /// <summary>The straight line through measured exchanges: seconds = 2 (n − 1) latency + sent / bandwidth, by least squares of relative errors.</summary>
    /// <param name="name">For tables.</param>
    /// <param name="ranks">How many ranks exchanged.</param>
    /// <param name="measured">Bytes of the tensor, and the seconds that its sum over ranks took.</param>
    public static Network Fit(string name, int ranks, IReadOnlyList<(double Bytes, double Seconds)> measured)
    {
        double w = 0, x = 0, y = 0, xx = 0, xy = 0;
        foreach (var (bytes, seconds) in measured)
        {
            var (sent, weight) = (CostModel.Sent(bytes, ranks), 1 / (seconds * seconds));
            (w, x, y, xx, xy) = (w + weight, x + (weight * sent), y + (weight * seconds), xx + (weight * sent * sent), xy + (weight * sent * seconds));
        }

        var slope = ((w * xy) - (x * y)) / ((w * xx) - (x * x));
        var start = Math.Max(0, (y - (slope * x)) / w);
        return new Network(name, start / (2 * (ranks - 1)), 1 / slope);
    }
}
