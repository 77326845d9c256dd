namespace Praline.Evaluation;

/// <summary>
/// CIDEr-D (Vedantam, Zitnick and Parikh 2015) as COCO's caption evaluation computes it: cosine of tf-idf vectors of 1- to 4-grams with
/// clipped counts and a Gaussian length penalty (σ = 6), averaged over orders and references, times 10. Document frequencies come from the
/// references of the given set, so that a caption's score depends on the set it is in.
/// </summary>
public static class CiderD
{
    private const int Orders = 4;
    private const double Sigma = 6;

    /// <summary>Scores from 0 up to 10.</summary>
    public static MetricScores Score(IReadOnlyList<CaptionPair> captions)
    {
        var documents = DocumentFrequencies(captions);
        var logCount = Math.Log(captions.Count);
        var scores = new double[captions.Count];
        for (var i = 0; i < scores.Length; i++)
        {
            var hypothesis = Vector.Of(captions[i].Hypothesis, documents, logCount);
            var sum = captions[i].References.Sum(r => Similarity(hypothesis, Vector.Of(r, documents, logCount)));
            scores[i] = 10 * sum / captions[i].References.Count;
        }

        return new(scores.Length > 0 ? scores.Average() : double.NaN, scores);
    }

    /// <summary>In how many captions' reference sets each n-gram occurs, per order.</summary>
    private static Dictionary<string, int>[] DocumentFrequencies(IReadOnlyList<CaptionPair> captions)
    {
        var frequencies = Enumerable.Range(0, Orders).Select(_ => new Dictionary<string, int>(StringComparer.Ordinal)).ToArray();
        foreach (var caption in captions)
        {
            for (var n = 0; n < Orders; n++)
            {
                foreach (var gram in caption.References.SelectMany(r => NGrams.Count(r, n + 1).Keys).Distinct(StringComparer.Ordinal))
                {
                    frequencies[n][gram] = frequencies[n].GetValueOrDefault(gram) + 1;
                }
            }
        }

        return frequencies;
    }

    private static double Similarity(Vector hypothesis, Vector reference)
    {
        double delta = hypothesis.Length - reference.Length, sum = 0;
        for (var n = 0; n < Orders; n++)
        {
            var dot = hypothesis.Weights[n].Sum(g =>
                reference.Weights[n].TryGetValue(g.Key, out var other) ? Math.Min(g.Value, other) * other : 0);
            var norms = hypothesis.Norms[n] * reference.Norms[n];
            sum += (norms > 0 ? dot / norms : dot) * Math.Exp(-delta * delta / (2 * Sigma * Sigma));
        }

        return sum / Orders;
    }

    /// <summary>A caption's tf-idf weights and their norms per order; length in bigrams, as the reference implementation counts it.</summary>
    private sealed record Vector(Dictionary<string, double>[] Weights, double[] Norms, int Length)
    {
        public static Vector Of(IReadOnlyList<string> tokens, Dictionary<string, int>[] documents, double logCount)
        {
            var weights = new Dictionary<string, double>[Orders];
            var norms = new double[Orders];
            for (var n = 0; n < Orders; n++)
            {
                weights[n] = NGrams.Count(tokens, n + 1).ToDictionary(
                    g => g.Key,
                    g => g.Value * (logCount - Math.Log(Math.Max(1, documents[n].GetValueOrDefault(g.Key)))),
                    StringComparer.Ordinal);
                norms[n] = Math.Sqrt(weights[n].Values.Sum(w => w * w));
            }

            return new(weights, norms, Math.Max(0, tokens.Count - 1));
        }
    }
}
