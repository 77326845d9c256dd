using System.Globalization;

namespace Praline.Training.Benchmarks;

/// <summary>
/// The cost model of docs/distributed.md. Summing B bytes over n ranks in a ring takes <c>2 (n−1) latency + 2 B (n−1)/n / bandwidth</c>. Gradients
/// travel in about eight buckets: all but the last hide behind the backward pass, two thirds of the computing; the last one, and what is
/// gathered after an update, hides behind nothing. A layer whose weights lie in parts is gathered (half a sum) while the one before it is computed,
/// forward (a quarter of the computing, as the layer is computed once more) and backward; the first one, and what takes longer than that, is waited for.
/// Where a rank's steps are uneven (other programs, sequences of other lengths), the slowest of n is waited for besides.
/// </summary>
internal static class CostModel
{
    private const int Buckets = 8;
    private const int Layers = 32;
    private const double BackwardShare = 2.0 / 3;
    private const double BackwardShareTwice = 3.0 / 4;
    private static readonly int[] Small = [2, 8, 64, 512];
    private static readonly int[] Large = [8, 64, 256, 512];

    /// <summary>Bytes that each of n ranks sends to sum that many.</summary>
    public static double Sent(double bytes, int ranks) => 2 * bytes * (ranks - 1) / ranks;

    /// <summary>Seconds to sum so many bytes over the ranks.</summary>
    public static double Exchange(double bytes, int ranks, Network network) =>
        (2 * (ranks - 1) * network.Latency) + (Sent(bytes, ranks) / network.BytesPerSecond);

    /// <summary>The share of its time that a rank computes.</summary>
    /// <param name="compute">Seconds of a step without exchange.</param>
    /// <param name="gradient">Bytes that are summed (half of it when they are only scattered) while the backward pass goes on.</param>
    /// <param name="gathered">Bytes that are gathered: after the update, or, with <paramref name="layers"/>, half of them before the forward and half before the backward pass.</param>
    /// <param name="ranks">How many ranks.</param>
    /// <param name="network">What is between them.</param>
    /// <param name="layers">The layers that are gathered one by one and whose gradients travel one by one; 0 when they are whole.</param>
    public static double Efficiency(double compute, double gradient, double gathered, int ranks, Network network, int layers = 0)
    {
        if (layers > 0)
        {
            var (layer, sum) = (Exchange(gathered / 4 / layers, ranks, network), Exchange(gradient / layers, ranks, network));
            var forward = layer + Math.Max(0, ((layers - 1) * layer) - ((1 - BackwardShareTwice) * compute));
            var backward = sum + Math.Max(0, ((layers - 1) * (layer + sum)) - (BackwardShareTwice * compute)); // its first layer has stayed
            return compute / (compute + forward + backward);
        }

        var bucket = Exchange(gradient / Buckets, ranks, network);
        var exposed = bucket + Math.Max(0, ((Buckets - 1) * bucket) - (BackwardShare * compute));
        return compute / (compute + exposed + (gathered > 0 ? Exchange(gathered / 2, ranks, network) : 0));
    }

    /// <summary>The measured training on other networks and with more ranks.</summary>
    /// <param name="compute">Seconds of a step of one process.</param>
    /// <param name="uneven">Seconds of such steps while as many processes as <paramref name="processes"/> work, without waiting for each other.</param>
    /// <param name="together">What several processes measured.</param>
    /// <param name="processes">How many.</param>
    /// <param name="measured">What is between them.</param>
    public static void PrintMeasured(double compute, IReadOnlyList<double> uneven, Result together, int processes, Network measured)
    {
        var gradientBytes = together.GradientBytes;
        var bucket = Exchange(gradientBytes / Buckets, processes, measured);
        var late = Slowest(uneven, processes) - uneven.Average();
        Console.WriteLine(Text($"exchange in a step: {1e3 * Buckets * bucket:0.0} ms of sending, {1e3 * late:0.0} ms until the later rank comes to it by the model; {1e3 * together.ExchangeSeconds:0.0} ms measured"));
        Console.WriteLine($"\nThe measured training (a step of {compute:0.000} s, {gradientBytes / 1e6:0.0} MB of gradient): predicted efficiency");
        Header(Small);
        foreach (var network in Network.Known.Prepend(measured))
        {
            Row(network.Name, Small, n => Efficiency(compute, gradientBytes, 0, n, network));
        }

        Row("this host, uneven steps", Small, n => compute / (Slowest(uneven, n) + (compute / Efficiency(compute, gradientBytes, 0, n, measured)) - compute));
    }

    /// <summary>
    /// A model of 7 billion parameters in bfloat16 on GPUs that reach 125 TFLOP/s of their 312, four pairs of 2,000 tokens a step and rank.
    /// </summary>
    public static void PrintLarge()
    {
        const double parameters = 7e9, tokens = 8000, speed = 125e12;
        var plans = new (string Name, double Compute, double Gradient, double Gathered, int Layers, Func<int, double> Memory)[]
        {
            ("LoRA r 128 (320 M)", 4 * parameters * tokens / speed, 4 * 0.32e9, 0, 0, _ => (2 * parameters) + (16 * 0.32e9)),
            ("whole model", 6 * parameters * tokens / speed, 4 * parameters, 0, 0, _ => 18 * parameters),
            ("--shard optimizer", 6 * parameters * tokens / speed, 2 * parameters, 2 * parameters, 0, n => (6 * parameters) + (12 * parameters / n)),
            ("--shard parameters", 8 * parameters * tokens / speed, 2 * parameters, 4 * parameters, Layers, n => 18 * parameters / n),
        };
        foreach (var network in Network.Known.Skip(1))
        {
            Console.WriteLine($"\n7B model on {network.Name}: predicted efficiency");
            Header(Large, "  GB sent  GB held (n=64)");
            foreach (var (name, compute, gradient, gathered, layers, memory) in plans)
            {
                Row(name, Large, n => Efficiency(compute, gradient, gathered, n, network, layers), Text($"{((2 * gradient) + gathered) / 1e9,9:0.0}{memory(64) / 1e9,9:0.0}"));
            }
        }
    }

    /// <summary>Seconds of the slowest of n steps that are drawn from measured ones, on average: what n ranks that wait for each other take.</summary>
    private static double Slowest(IReadOnlyList<double> steps, int n) =>
        steps.Order().Select((seconds, i) => seconds * (Math.Pow((i + 1.0) / steps.Count, n) - Math.Pow((double)i / steps.Count, n))).Sum();

    private static void Header(int[] ranks, string more = "") =>
        Console.WriteLine($"{"",-24}{string.Concat(ranks.Select(n => $"{"n=" + n,8}"))}{more}");

    private static void Row(string name, int[] ranks, Func<int, double> efficiency, string more = "") =>
        Console.WriteLine($"{name,-24}{string.Concat(ranks.Select(n => Text($"{100 * efficiency(n),6:0.0} %")))}{more}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
