namespace Praline.Training.Tasks;

/// <summary>A side's part of the loss's gradient in the log-probabilities: <c>Factor</c> × <c>Reward</c> + <c>Rest</c>.</summary>
/// <param name="Reward">The gradient of the side's summed rewards; null without such a response.</param>
/// <param name="Factor">Its weight in the loss.</param>
/// <param name="Rest">What the reward's multiple leaves of the loss's gradient; null when that is nothing.</param>
internal sealed record CotangentSplit(Cotangent? Reward, double Factor, Cotangent? Rest)
{
    /// <summary>Backward passes that it takes.</summary>
    internal int Passes => (Reward is null ? 0 : 1) + (Rest is null ? 0 : 1);
}
