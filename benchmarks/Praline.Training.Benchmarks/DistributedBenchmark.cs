using System.Text.Json;

namespace Praline.Training.Benchmarks;

/// <summary>
/// Weak scaling on one host: a step of one process with one thread, of as many as <c>processes=2</c> that know nothing of each other (what the host
/// itself costs them: memory, caches, other programs), and of <c>processes=2</c> that train together, every process with the same work. They take
/// turns step by step, <c>rounds=24</c> times after one that warms up, so that a host that slows down slows all of them: the efficiency is the median of the
/// rounds' ratios. This for each adapter of <c>ranks=64</c>; then the exchange by itself, and what the cost model of docs/distributed.md makes
/// of these figures.
/// </summary>
internal static class DistributedBenchmark
{
    public static int Run(Settings settings)
    {
        var (processes, rounds) = (settings.Whole("processes", 2), settings.Whole("rounds", 24));
        (double Compute, List<StepTime[]> Uneven, Result Together)? first = null;
        IReadOnlyList<(double, double)> curve = [];
        foreach (var r in settings.Text("ranks", "64").Split(','))
        {
            // The first of the strangers is also the one that works alone, so it takes two steps a round.
            using var strangers = new Workers(settings, 1, r, Enumerable.Range(0, processes).Select(i => (i == 0 ? 2 : 1) * (rounds + 1)));
            using var together = new Workers(settings, processes, r, Enumerable.Repeat(rounds + 1, processes));
            var (one, apart, several) = (new List<StepTime[]>(), new List<StepTime[]>(), new List<StepTime[]>());
            for (var round = 0; round <= rounds; round++)
            {
                var times = (strangers.Step(1), strangers.Step(processes), together.Step(processes));
                if (round > 0)
                {
                    one.Add(times.Item1);
                    apart.Add(times.Item2);
                    several.Add(times.Item3);
                }
            }

            var (lone, joint) = (strangers.Finish()[0], together.Finish()[0]);
            double[] Ratios(List<StepTime[]> others) => [.. one.Zip(others, (a, b) => Slowest(a) / Slowest(b)).Order()];
            var ratios = Ratios(several);
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                benchmark = "distributed",
                processes,
                rounds,
                adapter_rank = r,
                gradient_mb = Math.Round(joint.GradientBytes / 1e6, 2),
                seconds_of_one = Math.Round(Median(one, Slowest), 4),
                seconds_of_strangers = Math.Round(Median(apart, Slowest), 4),
                seconds_of_several = Math.Round(Median(several, Slowest), 4),
                efficiency = Math.Round(ratios[rounds / 2], 3),
                efficiency_half_within = new[] { Math.Round(ratios[rounds / 4], 3), Math.Round(ratios[3 * rounds / 4], 3) },
                efficiency_of_strangers = Math.Round(Ratios(apart)[rounds / 2], 3),
                cpu_efficiency = Math.Round(Median(one, Processor) / Median(several, Processor), 3), // what a busy machine leaves comparable
                exchange_ms = Math.Round(1e3 * joint.ExchangeSeconds, 1),
                exchange_overlapped = Math.Round(joint.ExchangeOverlapped, 3),
                waited_ms = Math.Round(1e3 * joint.ExchangeSeconds * (1 - joint.ExchangeOverlapped), 1),
                held_mb_of_one = Math.Round(lone.HeldBytes / 1e6, 1),
                held_mb = Math.Round(joint.HeldBytes / 1e6, 1),
                resident_mb_of_one = Math.Round(lone.ResidentBytes / 1e6),
                resident_mb = Math.Round(joint.ResidentBytes / 1e6),
                load = File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "",
            }));
            first ??= (one.Average(Slowest), apart, joint);
            curve = [.. joint.Alone.Select(a => (a.Bytes, a.Seconds))];
        }

        Console.WriteLine($"\nA sum over {processes} ranks, nothing else under way:");
        foreach (var (bytes, seconds) in curve)
        {
            Console.WriteLine(FormattableString.Invariant($"{bytes / 1e6,10:0.000} MB {1e3 * seconds,10:0.00} ms {CostModel.Sent(bytes, processes) / seconds / 1e9,8:0.00} GB/s"));
        }

        var measured = Network.Fit("this host, as measured", processes, curve);
        Console.WriteLine(FormattableString.Invariant($"fitted: {1e6 * measured.Latency:0} µs a message, {measured.BytesPerSecond / 1e9:0.00} GB/s a rank"));
        CostModel.PrintMeasured(
            first!.Value.Compute, [.. first.Value.Uneven.SelectMany(round => round).Select(t => t.Seconds)], first.Value.Together, processes, measured);
        CostModel.PrintLarge();
        return 0;
    }

    private static double Slowest(StepTime[] step) => step.Max(t => t.Seconds);

    private static double Processor(StepTime[] step) => step.Average(t => t.CpuSeconds);

    private static double Median(List<StepTime[]> steps, Func<StepTime[], double> of) => steps.Select(of).Order().ElementAt(steps.Count / 2);
}
