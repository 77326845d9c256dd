using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Praline.Training.Runs;

namespace Praline.Training.Benchmarks;

/// <summary>One formulation of one method in a process of its own, so that its peak of memory is its own.</summary>
internal static class TrainStepWorker
{
    public static int Run(Settings settings)
    {
        var (method, formulation, steps) = (settings.Text("method", "synpo"), settings.Text("formulation", "engine"), settings.Whole("steps", 2));
        using var subject = new Subject(settings);
        var before = ProcessMemory.Peak;
        Action step;
        if (formulation == "engine")
        {
            var engine = new EngineFormulation(subject);
            step = method switch { "synpo" => engine.SynPo, "dpo" => engine.Dpo, "crl" => engine.Crl, _ => engine.ProfileSynPo };
        }
        else
        {
            var papers = new PapersFormulation(subject);
            step = method switch { "synpo" => papers.SynPo, "dpo" => papers.Dpo, "crl" => papers.Crl, _ => papers.ProfileSynPo };
        }

        step(); // warm-up
        var seconds = new List<double>();
        for (var i = 0; i < steps; i++)
        {
            var start = Now(settings);
            step();
            seconds.Add(Now(settings) - start);
        }

        Console.WriteLine(JsonSerializer.Serialize(new
        {
            seconds = seconds.Min(),
            peak_mb = ProcessMemory.Peak / 1048576.0,
            model_mb = before / 1048576.0,
            estimate_mb = subject.EstimateMb(method),
            tokens = formulation == "engine" ? subject.Model.LengthOf(subject.ExampleOf(method)) : 2 * (subject.Visual + subject.Text + subject.Answer),
        }));
        return 0;
    }

    /// <summary>Seconds on the clock, or (<c>clock=cpu</c>) of the processors: what to compare on a machine that does other work too, with one thread.</summary>
    internal static double Now(Settings settings) => settings.Text("clock", "wall") == "cpu"
        ? Environment.CpuUsage.TotalTime.TotalSeconds
        : Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;
}
