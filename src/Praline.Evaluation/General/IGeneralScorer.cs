namespace Praline.Evaluation;

/// <summary>Measures answers to questions whose right answer is known.</summary>
public interface IGeneralScorer
{
    /// <summary>What the score is called: "accuracy".</summary>
    string Name { get; }

    /// <summary>What it is, in a sentence.</summary>
    string Definition { get; }

    /// <summary>A score from 0 to 1.</summary>
    /// <exception cref="PralineException">The question's line lacks what this scorer needs.</exception>
    double Score(GeneralQuestion question, string answer);
}
