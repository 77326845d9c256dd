using System.CommandLine;
using Praline.Data;

namespace Praline.Cli.Commands;

/// <summary><c>praline export DATA --format NAME --out FILE</c>: preferences in another program's format, or back.</summary>
internal static class ExportCommand
{
    public static Command Create()
    {
        var command = new Command("export", "Write preferences in the format of another program (TRL, LLaMA-Factory, ms-swift), or import them from it.");
        var data = new DataSetOptions(command);
        var format = new Option<string>("--format") { Description = $"One of {string.Join(", ", DataFormats.Written)}.", Required = true };
        var output = new Option<string>("--out") { Description = "The file to write: .jsonl, .json (one array), either of them with .gz or .zst, or .parquet.", Required = true };
        var gap = new Option<double>("--min-gap") { Description = "Leave out pairs whose scores are closer.", DefaultValueFactory = _ => 0 };
        var skip = new Option<bool>("--skip-bad-rows") { Description = "Leave out rows that can't be read, instead of refusing the data set; they are listed." };
        var assume = new Option<double?>("--assume-gap")
        {
            Description = "Rows without scores get 0 for the rejected answer and this for the chosen one: what synpo rows need, and no judge said.",
        };
        foreach (var option in new Option[] { format, output, gap, skip, assume })
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            var (rows, kept, left, least) = (0, 0, 0, parsed.GetValue(gap));
            var set = data.Open(parsed, findMedia: false);
            DataFormats.Write(parsed.GetValue(output)!, parsed.GetValue(format)!, Chosen());
            foreach (var warning in set.Warnings)
            {
                Console.Error.WriteLine(warning);
            }

            Console.WriteLine($"{kept} of {rows} rows written to {parsed.GetValue(output)} as {parsed.GetValue(format)}{(left > 0 ? $"; {left} left out" : "")}");
            return Host.Success;

            IEnumerable<Sample> Chosen()
            {
                foreach (var (_, sample, problem) in set.Read())
                {
                    rows++;
                    if (problem is not null)
                    {
                        left++;
                        Console.Error.WriteLine(parsed.GetValue(skip) ? problem : throw new DataException(problem));
                        continue;
                    }

                    var scored = parsed.GetValue(assume) is { } assumed ? Scored(sample!, assumed) : sample!;
                    if (least <= 0 || (scored.HasPair && scored.Pair().Gap >= least))
                    {
                        kept++;
                        yield return scored;
                    }
                }

                if (kept == 0)
                {
                    throw new PralineException($"{set.Path} has no pair to export: {rows} rows, none with a gap of {least} or more.");
                }
            }
        });
        return command;
    }

    /// <summary>A pair without scores, with scores that lie a gap apart.</summary>
    private static Sample Scored(Sample sample, double gap) => !sample.HasPair || sample.Pair().Gap is not null ? sample : sample with
    {
        Answers = [sample.Pair().Chosen with { Score = gap }, sample.Pair().Rejected with { Score = 0 }],
    };
}
