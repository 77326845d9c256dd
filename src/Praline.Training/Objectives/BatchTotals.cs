namespace Praline.Training.Objectives;

/// <summary>How a supervised loss averages −log π.</summary>
public enum LossAverage
{
    /// <summary>Over all learnt tokens of a step, as transformers and TRL do: long answers count more.</summary>
    Token,

    /// <summary>Over each answer's tokens, then over answers, as MACAROON's code does (its batches have one row each).</summary>
    Row,
}

/// <summary>
/// Sizes of the whole optimizer batch that a micro-batch is a part of. Means over tokens or pairs divide by these, so that eight
/// micro-batches of one give the same gradient as one of eight.
/// </summary>
/// <param name="Pairs">Pairs (or rated responses) in the batch.</param>
/// <param name="ChosenTokens">Tokens of all chosen responses in the batch.</param>
/// <param name="Average">How a supervised term averages over the batch.</param>
public sealed record BatchTotals(double Pairs, double ChosenTokens, LossAverage Average = LossAverage.Token);
