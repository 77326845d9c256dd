namespace Praline.Evaluation;

/// <summary>A metric's score of a whole set and of each caption in it.</summary>
/// <param name="Corpus">The set's score.</param>
/// <param name="PerCaption">One score per caption, in order.</param>
public sealed record MetricScores(double Corpus, IReadOnlyList<double> PerCaption);
