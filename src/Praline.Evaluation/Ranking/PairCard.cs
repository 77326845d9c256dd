using System.Globalization;
using Praline.Media;
using Praline.Preferences;

namespace Praline.Evaluation;

/// <summary>One pair beside the frames of its video.</summary>
internal static class PairCard
{
    private const int ShortestEdge = 96;

    public static ExampleCard Of(PairRow pair, RankingStudy study)
    {
        var (chosen, rejected) = (Words(pair.PosPre), Words(pair.NegPre));
        return new ExampleCard(
            pair.Candidates.VideoName,
            Frames(pair, study),
            [Entry("chosen", pair, pair.PosPre, pair.PosScore, TextTone.Good), Entry("rejected", pair, pair.NegPre, pair.NegScore, TextTone.Bad)])
        {
            Subtitle = string.Create(CultureInfo.InvariantCulture, $"gap {pair.Gap:0.##} · {pair.Candidates.Question}"),
            Facets =
            [
                new("gap", pair.Gap >= 8 ? "8 or more" : pair.Gap >= 4 ? "4 to 8" : "below 4"),
                new("longer", chosen > rejected ? "chosen" : chosen < rejected ? "rejected" : "neither"),
            ],
        };
    }

    private static ExampleEntry Entry(string label, PairRow pair, string caption, double total, TextTone tone)
    {
        var i = pair.Candidates.LongAnswers.Index().FirstOrDefault(c => c.Item == caption, (Index: -1, Item: "")).Index;
        ReportBadge Score(string name, IReadOnlyList<double?> scores) => i >= 0 && scores[i] is { } score
            ? new(string.Create(CultureInfo.InvariantCulture, $"{name} {score:0.##}"))
            : new($"{name} –", TextTone.Missing);
        return new ExampleEntry(label, caption)
        {
            Badges =
            [
                new(string.Create(CultureInfo.InvariantCulture, $"total {total:0.##}"), tone),
                Score("hallucination", pair.HalluScores), Score("harmony", pair.HarmoScores), Score("consistency", pair.ConsiScores),
                new($"{Words(caption)} words"),
            ],
        };
    }

    private static IReadOnlyList<ReportImage> Frames(PairRow pair, RankingStudy study)
    {
        if (study.VideoFolder is not { } folder || pair.Candidates.Video is not { } video || study.FramesShown < 1)
        {
            return [];
        }

        try
        {
            using var file = VideoFile.Open(Path.Combine(folder, video), maxThreads: 1);
            var indices = FrameSampler.Linspace(0, file.Info.FrameCount - 1, Math.Min(study.FramesShown, file.Info.FrameCount));
            return [.. file.ReadFrames(indices).Select((frame, i) => ReportImage.Of(Shrink(frame), $"frame {indices[i] + 1} of {file.Info.FrameCount}"))];
        }
        catch (Exception error) when (error is MediaException or PralineException or IOException)
        {
            return []; // a report is worth having without a video that is gone
        }
    }

    private static RgbImage Shrink(RgbImage frame)
    {
        var scale = (double)ShortestEdge / Math.Min(frame.Width, frame.Height);
        return scale >= 1
            ? frame
            : PillowResize.Resize(
                frame, Math.Max(1, (int)Math.Round(frame.Width * scale)), Math.Max(1, (int)Math.Round(frame.Height * scale)), ResizeFilter.Bilinear);
    }

    private static int Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length;
}
