namespace Praline.Evaluation;

/// <summary>
/// ROUGE-L (Lin 2004) as COCO's caption evaluation computes it: F-measure with β = 1.2 of the longest common subsequence, its precision and
/// its recall each the best over the references; the set's score is the mean.
/// </summary>
public static class RougeL
{
    private const double Beta = 1.2;

    /// <summary>Scores in [0, 1].</summary>
    public static MetricScores Score(IReadOnlyList<CaptionPair> captions)
    {
        var scores = captions.Select(ScoreOne).ToArray();
        return new(scores.Length > 0 ? scores.Average() : double.NaN, scores);
    }

    private static double ScoreOne(CaptionPair caption)
    {
        double precision = 0, recall = 0;
        foreach (var reference in caption.References)
        {
            double common = CommonSubsequence(caption.Hypothesis, reference);
            precision = Math.Max(precision, caption.Hypothesis.Count > 0 ? common / caption.Hypothesis.Count : 0);
            recall = Math.Max(recall, reference.Count > 0 ? common / reference.Count : 0);
        }

        return precision > 0 && recall > 0
            ? (1 + (Beta * Beta)) * precision * recall / (recall + (Beta * Beta * precision))
            : 0;
    }

    private static int CommonSubsequence(IReadOnlyList<string> a, IReadOnlyList<string> b)
    {
        var above = new int[b.Count + 1];
        var row = new int[b.Count + 1];
        foreach (var token in a)
        {
            for (var j = 1; j <= b.Count; j++)
            {
                row[j] = token == b[j - 1] ? above[j - 1] + 1 : Math.Max(above[j], row[j - 1]);
            }

            (above, row) = (row, above);
        }

        return above[b.Count];
    }
}
