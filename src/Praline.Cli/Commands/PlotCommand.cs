using System.CommandLine;
using Praline.Evaluation;

namespace Praline.Cli.Commands;

/// <summary><c>praline plot RUN…</c>: reward and gradient-norm figures of several runs side by side, and a table.</summary>
internal static class PlotCommand
{
    public static Command Create()
    {
        var runs = new Argument<string[]>("runs") { Description = "Run folders or metrics files, each as PATH or LABEL=PATH.", Arity = ArgumentArity.OneOrMore };
        var output = new Option<string>("--out") { Description = "Folder for the figures.", DefaultValueFactory = _ => Path.Combine("out", "plots") };
        var beta = new Option<double?>("--published-beta") { Description = "β of logs that SynPO's scripts wrote: their DPO rewards lack it. Without it they keep their own scale and are named so." };
        var parameters = new Option<ulong?>("--published-parameters") { Description = "Trained parameters of logs that SynPO's scripts wrote: their gradient norms are divided by it." };
        var command = new Command("plot", "Draw rewards and gradient norms of runs (SVG) and print a table.") { runs, output, beta, parameters };
        command.SetAction(parsed =>
        {
            var comparison = new RunComparison(
                [.. parsed.GetValue(runs)!.Select(run => TrainingRun.Open(run, new PublishedScale(parsed.GetValue(beta), (long?)parsed.GetValue(parameters))))]);
            foreach (var (name, figure) in comparison.Figures())
            {
                var path = Path.Combine(parsed.GetValue(output)!, name + ".svg");
                SvgPlot.Write(figure, path);
                Ui.Note(path);
            }

            Console.WriteLine(comparison.Table().ToMarkdown());
            return Host.Success;
        });
        return command;
    }
}
