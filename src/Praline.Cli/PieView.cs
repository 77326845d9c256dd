using Praline.Evaluation;

namespace Praline.Cli;

/// <summary>Prints a PIE study's tables.</summary>
internal static class PieView
{
    public static void Print(PieStudy study, PieNumbers numbers)
    {
        Console.WriteLine(PieReport.Summary(numbers).ToMarkdown());
        if (numbers.Comparisons.Count > 0)
        {
            // Against the baseline; every pair of runs is in the report.
            var baseline = numbers.Runs[0].Run;
            Console.WriteLine(PieReport.Differences(numbers with { Comparisons = [.. numbers.Comparisons.Where(c => c.Second == baseline)] }).ToMarkdown());
        }

        if (study.General is { } general)
        {
            Console.WriteLine(general.Table(numbers.General).ToMarkdown());
        }

        if (numbers.MissingImages.Count > 0)
        {
            Ui.Note($"{numbers.MissingImages.Count} questions have no image and are in no number, the first: {numbers.MissingImages[0]}");
        }

        foreach (var (run, unscored) in numbers.Unscored.Where(u => u.Value.Count > 0))
        {
            Ui.Note($"{run}: {unscored.Count} answers are unscored, the first: {unscored[0]}");
        }
    }
}
