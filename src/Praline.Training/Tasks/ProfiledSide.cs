using Praline.Torch;
using Praline.Torch.Distributed;

namespace Praline.Training.Tasks;

/// <summary>What profiling adds up over an optimizer step for one side of the preferences.</summary>
/// <param name="name">The side's name in the metrics.</param>
internal sealed class ProfiledSide(string name)
{
    private readonly GradientSum _reward = new();
    private readonly GradientSum _loss = new();
    private long _rewards;

    /// <summary>Takes a micro-batch in.</summary>
    /// <param name="reward">The gradient of its summed rewards.</param>
    /// <param name="loss">This side's part of the loss's gradient.</param>
    /// <param name="rewards">How many rewards that are.</param>
    internal void Add(GradientSum reward, GradientSum loss, long rewards)
    {
        _reward.Add(reward);
        _loss.Add(loss);
        _rewards += rewards;
    }

    /// <summary>Adds up what the ranks took in; all of them call it.</summary>
    internal void AddOverRanks(World world, IReadOnlyDictionary<string, Tensor> parameters)
    {
        if (world.Size == 1)
        {
            return;
        }

        _rewards = world.Gather(_rewards).Sum();
        if (_rewards > 0)
        {
            _reward.AddOverRanks(world, parameters);
            _loss.AddOverRanks(world, parameters);
        }
    }

    /// <summary>The norms; nothing when the step had no response on this side.</summary>
    internal IEnumerable<KeyValuePair<string, double>> Norms()
    {
        if (_rewards == 0)
        {
            yield break;
        }

        var norm = _reward.Norm() / _rewards;
        yield return new($"grad_norm/{name}", norm);
        yield return new($"f_norm/{name}", norm / _reward.Count);
        yield return new($"loss_grad_norm/{name}", _loss.Norm());
    }

    /// <summary>The cosine between this side's and the other's reward gradients; null unless the step had both.</summary>
    internal double? Cosine(ProfiledSide other) =>
        _rewards == 0 || other._rewards == 0 ? null : _reward.Dot(other._reward) / (_reward.Norm() * other._reward.Norm());

    /// <summary>Forgets everything.</summary>
    internal void Clear()
    {
        _reward.Clear();
        _loss.Clear();
        _rewards = 0;
    }
}
