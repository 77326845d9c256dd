namespace Praline.Training.Benchmarks;

/// <summary>
/// The cost model of docs/distributed.md: a step takes the longer of computing and exchanging where these overlap, and n ranks send
/// 2 (n−1)/n of the gradient's bytes each. Fed with a measured step and a measured exchange, it says what other numbers of ranks and
/// other networks would give.
/// </summary>
internal static class CostModel
{
    /// <summary>Prints the predicted efficiency for some networks.</summary>
    /// <param name="compute">Seconds of a step of one process.</param>
    /// <param name="gradientBytes">Bytes of the gradient.</param>
    /// <param name="exchange">Seconds in which the measured ranks exchanged it.</param>
    /// <param name="ranks">How many ranks were measured.</param>
    public static void Print(double compute, double gradientBytes, double exchange, int ranks)
    {
        var measured = Sent(gradientBytes, ranks) / Math.Max(exchange, 1e-9);
        Console.WriteLine($"step of one process: {compute:0.000} s; gradient: {gradientBytes / 1e6:0.0} MB; exchange between {ranks} ranks: {exchange * 1e3:0.0} ms = {measured / 1e9:0.00} GB/s");
        Console.WriteLine("predicted efficiency    n=2     n=8    n=64   n=512");
        foreach (var (name, bytesPerSecond) in new[] { ("as measured", measured), ("1 Gbit/s Ethernet", 0.12e9), ("10 Gbit/s Ethernet", 1.2e9), ("100 Gbit/s InfiniBand", 12e9), ("NVLink, 300 GB/s", 300e9) })
        {
            var cells = new[] { 2, 8, 64, 512 }.Select(n => FormattableString.Invariant($"{Efficiency(compute, gradientBytes, n, bytesPerSecond),7:0.0%}"));
            Console.WriteLine($"{name,-22} {string.Join(' ', cells)}");
        }
    }

    /// <summary>The share of its time that a rank computes. About two thirds of a step is the backward pass, which an exchange can hide behind.</summary>
    internal static double Efficiency(double compute, double gradientBytes, int ranks, double bytesPerSecond)
    {
        var exposed = Math.Max(0, (Sent(gradientBytes, ranks) / bytesPerSecond) - (compute * 2 / 3));
        return compute / (compute + exposed);
    }

    private static double Sent(double gradientBytes, int ranks) => 2 * gradientBytes * (ranks - 1) / ranks;
}
