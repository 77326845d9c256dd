using Praline.Torch;

namespace Praline.Training.Objectives.Dpo;

/// <summary>The losses of the DPO family by TRL's names.</summary>
public static class DpoLossTypes
{
    private static readonly Dictionary<string, Func<DpoTerms, Tensor>> Known = new(StringComparer.Ordinal)
    {
        ["sigmoid"] = SigmoidLoss.Losses,
        ["hinge"] = HingeLoss.Losses,
        ["ipo"] = IpoLoss.Losses,
        ["exo_pair"] = ExoPairLoss.Losses,
        ["nca_pair"] = NcaPairLoss.Losses,
        ["robust"] = RobustLoss.Losses,
        ["bco_pair"] = BcoPairLoss.Losses,
        ["sppo_hard"] = SppoHardLoss.Losses,
        ["aot"] = AotLoss.Losses,
        ["aot_unpaired"] = AotUnpairedLoss.Losses,
        ["apo_zero"] = ApoZeroLoss.Losses,
        ["apo_down"] = ApoDownLoss.Losses,
        ["discopop"] = DiscopopLoss.Losses,
        ["sigmoid_norm"] = SigmoidNormLoss.Losses,
        ["sft"] = SftLoss.Losses,
    };

    /// <summary>The names that are known.</summary>
    public static IReadOnlyCollection<string> Names => Known.Keys;

    /// <summary>The loss of that name.</summary>
    /// <exception cref="PralineException">There is none; the message lists the known.</exception>
    public static Func<DpoTerms, Tensor> Get(string name) =>
        Known.TryGetValue(name, out var loss)
            ? loss
            : throw new PralineException($"DPO has no loss_type '{name}': expected one of {string.Join(", ", Known.Keys)}.");
}
