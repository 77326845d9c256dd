using System.Globalization;
using Praline.Data;
using Praline.Json;
using Praline.Preferences;
using Praline.SmallWorld;

namespace Praline.Cli.Demo;

/// <summary>
/// How true the preference data are: what the judge had to go by (clip captions) and what it made of it (chosen and rejected), against the
/// truth that it did not see. Only the small world can tell.
/// </summary>
internal static class DataQuality
{
    /// <summary>The table as Markdown: precision, recall and F1 over all facts.</summary>
    public static string Table(string preference, DataFiles data)
    {
        var scenes = SmallWorldData.ReadTruth(Path.Combine(preference, "truth.jsonl")).ToDictionary(t => t.Video, t => t.Scene);
        var clips = JsonLines.Read<ClipRow>(data.Clips).ToLookup(c => c.Idx);
        var clipCaptions =
            from row in JsonLines.Read<ShortGenerationRow>(data.ShortGeneration)
            from pair in clips[row.Idx].OrderBy(c => c.Idy).Zip(row.ShortAnswers)
            select FactScore.Of(pair.Second, scenes[pair.First.VideoName].Facts(pair.First.FrameRange.First, pair.First.FrameRange.Last));
        var candidates =
            from row in JsonLines.Read<LongGenerationRow>(data.LongGeneration)
            from caption in row.LongAnswers
            select FactScore.Of(caption, scenes[row.VideoName].Facts());
        var pairs = DataSet.Open(data.Pairs, new DataOptions { FindMedia = false }).Samples().Select(s => (Video: s.Id, Pair: s.Pair())).ToList();
        return string.Join(
            '\n',
            "| preference data | captions | precision | recall | F1 |",
            "| --- | ---: | ---: | ---: | ---: |",
            Row("clip captions", clipCaptions),
            Row("candidates", candidates),
            Row("chosen", pairs.Select(p => FactScore.Of(p.Pair.Chosen.Text, scenes[p.Video].Facts()))),
            Row("rejected", pairs.Select(p => FactScore.Of(p.Pair.Rejected.Text, scenes[p.Video].Facts()))));
    }

    private static string Row(string name, IEnumerable<FactScore> scores)
    {
        var tally = scores.Aggregate(default(FactTally), (sum, score) => sum + score.Tally);
        return string.Create(CultureInfo.InvariantCulture, $"| {name} | {tally.Captions} | {tally.Precision:0.000} | {tally.Recall:0.000} | {tally.F1:0.000} |");
    }
}
