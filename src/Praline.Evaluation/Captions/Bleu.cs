namespace Praline.Evaluation;

/// <summary>
/// BLEU (Papineni et al. 2002) as COCO's caption evaluation computes it: clipped n-gram precision, geometric mean over orders 1..n, brevity
/// penalty against the reference closest in length (the shorter of two equally close), precisions kept off zero by 1e-15 / 1e-9.
/// </summary>
public static class Bleu
{
    private const double Tiny = 1e-15;
    private const double Small = 1e-9;

    /// <summary>Scores of orders 1..<paramref name="order"/>; index n−1 is BLEU-n. Each in [0, 1].</summary>
    /// <param name="captions">Captions with their references.</param>
    /// <param name="order">The longest n-gram, usually 4.</param>
    public static IReadOnlyList<MetricScores> Score(IReadOnlyList<CaptionPair> captions, int order = 4)
    {
        var perCaption = Enumerable.Range(0, order).Select(_ => new double[captions.Count]).ToArray();
        var correctTotal = new long[order];
        var guessTotal = new long[order];
        long lengthTotal = 0, referenceTotal = 0;
        for (var i = 0; i < captions.Count; i++)
        {
            var (hypothesis, references) = captions[i];
            var correct = new long[order];
            var guess = new long[order];
            for (var n = 1; n <= order; n++)
            {
                correct[n - 1] = ClippedMatches(hypothesis, references, n);
                guess[n - 1] = Math.Max(0, hypothesis.Count - n + 1);
                correctTotal[n - 1] += correct[n - 1];
                guessTotal[n - 1] += guess[n - 1];
            }

            var closest = references.Select(r => r.Count).OrderBy(l => Math.Abs(l - hypothesis.Count)).ThenBy(l => l).First();
            lengthTotal += hypothesis.Count;
            referenceTotal += closest;
            var scores = Combine(correct, guess, hypothesis.Count, closest);
            for (var n = 0; n < order; n++)
            {
                perCaption[n][i] = scores[n];
            }
        }

        var corpus = Combine(correctTotal, guessTotal, lengthTotal, referenceTotal);
        return [.. perCaption.Select((scores, n) => new MetricScores(corpus[n], scores))];
    }

    private static double[] Combine(long[] correct, long[] guess, long length, long reference)
    {
        var scores = new double[correct.Length];
        var product = 1.0;
        var ratio = (length + Tiny) / (reference + Small);
        var penalty = ratio < 1 ? Math.Exp(1 - (1 / ratio)) : 1;
        for (var n = 0; n < scores.Length; n++)
        {
            product *= (correct[n] + Tiny) / (guess[n] + Small);
            scores[n] = Math.Pow(product, 1.0 / (n + 1)) * penalty;
        }

        return scores;
    }

    private static long ClippedMatches(IReadOnlyList<string> hypothesis, IReadOnlyList<IReadOnlyList<string>> references, int n)
    {
        var most = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var reference in references)
        {
            foreach (var (gram, count) in NGrams.Count(reference, n))
            {
                most[gram] = Math.Max(most.GetValueOrDefault(gram), count);
            }
        }

        return NGrams.Count(hypothesis, n).Sum(g => (long)Math.Min(g.Value, most.GetValueOrDefault(g.Key)));
    }
}
