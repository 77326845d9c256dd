using System.CommandLine;
using Praline.Preferences;

namespace Praline.Cli.Commands;

/// <summary><c>praline export DATA --format NAME --out FILE</c>: preferences in another program's format, or back.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var data = new Argument<string>("data") { Description = "JSONL or JSON file of preferences, in any format of docs/data-formats.md." };
        var format = new Option<string>("--format") { Description = $"One of {string.Join(", ", PreferenceFormats.Names.Where(n => n != "content-parts"))}.", Required = true };
        var output = new Option<string>("--out") { Description = "The JSONL file to write.", Required = true };
        var gap = new Option<double>("--min-gap") { Description = "Leave out pairs whose scores are closer.", DefaultValueFactory = _ => 0 };
        var assume = new Option<double?>("--assume-gap")
        {
            Description = "Rows without scores get 0 for the rejected answer and this for the chosen one: what synpo rows need, and no judge said.",
        };
        var command = new Command("export", "Write preferences in the format of another program (TRL, LLaMA-Factory, ms-swift), or import them from it.")
        {
            data, format, output, gap, assume,
        };
        command.SetAction(parsed =>
        {
            var samples = PreferenceFormats.Read(parsed.GetValue(data)!).ToList();
            if (parsed.GetValue(assume) is { } assumed)
            {
                samples = [.. samples.Select(s => s.ChosenScore is null || s.RejectedScore is null ? s with { ChosenScore = assumed, RejectedScore = 0 } : s)];
            }

            var kept = samples.Where(s => parsed.GetValue(gap) <= 0 || s.ChosenScore - s.RejectedScore >= parsed.GetValue(gap)).ToList();
            if (kept.Count == 0)
            {
                throw new PralineException($"{parsed.GetValue(data)} has no pair to export: {samples.Count} rows, none with a gap of {parsed.GetValue(gap)} or more.");
            }

            PreferenceFormats.Write(parsed.GetValue(output)!, PreferenceFormats.Parse(parsed.GetValue(format)!), kept);
            Console.WriteLine($"{kept.Count} of {samples.Count} rows written to {parsed.GetValue(output)} as {parsed.GetValue(format)}");
            return Host.Success;
        });
        return command;
    }
}
