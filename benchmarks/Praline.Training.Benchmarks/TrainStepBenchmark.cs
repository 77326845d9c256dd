using System.Diagnostics;
using System.Text.Json;

namespace Praline.Training.Benchmarks;

/// <summary>
/// The engine against the papers' formulation: seconds per step and peak memory of both, alternating, the best of several rounds of
/// each. One JSON line per method, then the engine's time by part.
/// </summary>
internal static class TrainStepBenchmark
{
    public static int Run(Settings settings)
    {
        var rounds = settings.Whole("rounds", 2);
        foreach (var method in settings.Text("methods", "synpo,dpo,crl,profile").Split(','))
        {
            var (engine, papers) = (new List<Result>(), new List<Result>());
            for (var round = 0; round < rounds; round++)
            {
                engine.Add(Worker(settings, method, "engine"));
                papers.Add(Worker(settings, method, "papers"));
            }

            var (ours, theirs) = (engine.Min(r => r.Seconds), papers.Min(r => r.Seconds));
            var (ourPeak, theirPeak) = (engine.Max(r => r.Peak), papers.Max(r => r.Peak));
            var baseline = engine.Min(r => r.Model);
            Console.WriteLine(JsonSerializer.Serialize(new
            {
                benchmark = "train-step",
                method,
                engine_seconds = Math.Round(ours, 4),
                papers_seconds = Math.Round(theirs, 4),
                ratio = Math.Round(theirs / ours, 3),
                engine_peak_mb = Math.Round(ourPeak),
                papers_peak_mb = Math.Round(theirPeak),
                engine_tokens = engine[0].Tokens,
                papers_tokens = papers[0].Tokens,
                peak_ratio = Math.Round(ourPeak / theirPeak, 3),
                model_mb = Math.Round(baseline),
                engine_estimate_mb = Math.Round(engine[0].Estimate),
            }));
        }

        return TrainStepParts.Run(settings);
    }

    private static Result Worker(Settings settings, string method, string formulation)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet")
        {
            start.ArgumentList.Add(typeof(TrainStepBenchmark).Assembly.Location);
        }

        foreach (var argument in (string[])["train-step-worker", .. settings.Arguments, $"method={method}", $"formulation={formulation}"])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var line = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"The worker for {method}, {formulation} failed.");
        }

        using var json = JsonDocument.Parse(line);
        double Get(string name) => json.RootElement.GetProperty(name).GetDouble();
        return new Result(Get("seconds"), Get("peak_mb"), Get("model_mb"), Get("estimate_mb"), Get("tokens"));
    }

    private sealed record Result(double Seconds, double Peak, double Model, double Estimate, double Tokens);
}
