using Praline.Torch;
using Praline.Training.Engine;
using Praline.Training.LogProbs;

namespace Praline.Training.Tasks;

/// <summary>A micro-batch's forward pass as profiling looks at it.</summary>
/// <param name="Answers">Log-probabilities as a leaf; carries gradients on into the model.</param>
/// <param name="Loss">The micro-batch's part of the batch's loss: a scalar with a graph to the leaf.</param>
/// <param name="ChosenRewards">The rewards r₊ that are profiled: [a], with a graph to the leaf; null when there is no such response.</param>
/// <param name="RejectedRewards">The rewards r₋: [b]; null when there is no such response.</param>
/// <param name="Sides">The side of each response.</param>
/// <param name="Lengths">Learnt tokens of each response, in the leaf's order.</param>
/// <param name="Computed">Tokens computed.</param>
/// <param name="Metrics">What is logged of it.</param>
internal sealed record ProfiledForward(
    AnswerLogProbs Answers, Tensor Loss, Tensor? ChosenRewards, Tensor? RejectedRewards, IReadOnlyList<ResponseSide> Sides,
    IReadOnlyList<long> Lengths, int Computed, MetricSums Metrics)
{
    /// <summary>The rewards of a side; null where there are none.</summary>
    internal Tensor? Rewards(ResponseSide side) => side switch
    {
        ResponseSide.Chosen => ChosenRewards,
        ResponseSide.Rejected => RejectedRewards,
        _ => null,
    };

    /// <summary>1 at the tokens of a side's responses, 0 at all others: [Σ lengths]</summary>
    internal Tensor Mask(ResponseSide side)
    {
        var values = Lengths.Zip(Sides).SelectMany(r => Enumerable.Repeat(r.Second == side ? 1.0 : 0.0, (int)r.First)).ToArray();
        return Tensor.From<double>(values, values.Length).To(Answers.LogProb.Device, Answers.LogProb.DType);
    }
}
