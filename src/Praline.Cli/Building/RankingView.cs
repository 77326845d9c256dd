using Praline.Json;
using System.CommandLine;
using System.Globalization;
using Praline.Evaluation;
using Praline.Preferences;

namespace Praline.Cli;

/// <summary>Writes <c>ranking.json</c> and <c>report.html</c> beside the pairs, and says the most important of it.</summary>
internal static class RankingView
{
    public static void Write(DataFiles files, string videoFolder, RankChoices choices, ParseResult parsed)
    {
        var study = new RankingStudy
        {
            Candidates = JsonLines.Read<LongGenerationRow>(files.LongGeneration),
            Scores = JsonLines.Read<ScoresRow>(files.Scores),
            Pairs = JsonLines.Read<PairRow>(files.Pairs),
            Rejected = File.Exists(files.Rejected) ? JsonLines.Read<RejectedRow>(files.Rejected) : [],
            Options = choices.Of(parsed),
            VideoFolder = videoFolder,
            Examples = parsed.GetValue(choices.ReportPairs),
        };
        var numbers = study.Numbers;
        AtomicFile.WriteText(files.Ranking, numbers.ToJson() + "\n");
        RankingReportPage.Of(study).Write(files.Report);
        var bias = numbers.LengthBias;
        Ui.Note(string.Create(CultureInfo.InvariantCulture,
            $"{numbers.Pairs} pairs ({numbers.PairsWithGap4} with a gap of 4 or more), {numbers.VideosWithoutPair} videos without one; ") +
            $"length bias: correlation {Show(bias.Spearman)}, the longer caption wins {Show(bias.LongerWins)} of the pairs; look at {files.Report}");
    }

    private static string Show(double? value) => value?.ToString("0.00", CultureInfo.InvariantCulture) ?? "–";
}
