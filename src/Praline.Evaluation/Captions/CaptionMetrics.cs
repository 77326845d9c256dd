namespace Praline.Evaluation;

/// <summary>The metrics that captioning papers print, of one set of captions.</summary>
/// <param name="Bleu">BLEU-1 to BLEU-4.</param>
/// <param name="RougeL">ROUGE-L.</param>
/// <param name="CiderD">CIDEr-D.</param>
public sealed record CaptionMetrics(IReadOnlyList<MetricScores> Bleu, MetricScores RougeL, MetricScores CiderD)
{
    /// <summary>Computes all three.</summary>
    /// <exception cref="PralineException">A caption without references; the message says which.</exception>
    public static CaptionMetrics Evaluate(IReadOnlyList<CaptionPair> captions)
    {
        for (var i = 0; i < captions.Count; i++)
        {
            if (captions[i].References.Count == 0)
            {
                throw new PralineException($"Caption {i + 1} of {captions.Count} has no reference; caption metrics need at least one.");
            }
        }

        return new(Evaluation.Bleu.Score(captions), Evaluation.RougeL.Score(captions), Evaluation.CiderD.Score(captions));
    }
}
