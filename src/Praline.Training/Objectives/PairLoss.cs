using Praline.Torch;

namespace Praline.Training.Objectives;

/// <summary>What a paired objective says of n pairs.</summary>
/// <param name="Losses">The loss of each pair, with gradients: [n]; the batch's loss is their mean.</param>
/// <param name="ChosenRewards">The rewards that are logged for the chosen responses: [n], no gradient.</param>
/// <param name="RejectedRewards">The rewards that are logged for the rejected responses: [n], no gradient.</param>
public sealed record PairLoss(Tensor Losses, Tensor ChosenRewards, Tensor RejectedRewards);
