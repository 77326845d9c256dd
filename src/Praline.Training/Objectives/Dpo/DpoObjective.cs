using Praline.Torch;

namespace Praline.Training.Objectives.Dpo;

/// <summary>
/// DPO (Rafailov et al. 2023, arXiv 2305.18290) and its family, with TRL's option names. Eq. 7:
/// <para>L = −log σ(β (log π(y₊)/π_ref(y₊) − log π(y₋)/π_ref(y₋)))</para>
/// <c>loss_type</c> names one or several losses (<see cref="DpoLossTypes"/>), mixed by <c>loss_weights</c>.
/// </summary>
/// <param name="LossType">The losses to add up.</param>
/// <param name="LossWeights">Their weights; 1 each when not given.</param>
/// <param name="Beta">Temperature: the strength with which the policy is held to the reference.</param>
/// <param name="LabelSmoothing">Share of pairs that are believed to be labelled the wrong way round.</param>
/// <param name="FDivergenceType">How a log-ratio becomes a score (<see cref="FDivergence"/>).</param>
/// <param name="FAlphaDivergenceCoef">α of <c>alpha_divergence</c>.</param>
/// <param name="LdAlpha">Weight of tokens beyond the common length (<see cref="LengthDesensitization"/>); null counts all alike.</param>
/// <param name="UseWeighting">Weight pairs by the policy's own likelihood (<see cref="WpoWeighting"/>).</param>
/// <param name="RpoAlpha">Weight of an added supervised term on the chosen responses (RPO, arXiv 2404.19733; MACAROON's DPO).</param>
/// <param name="DiscopopTau">Temperature of DiscoPOP's blend.</param>
/// <param name="ReferenceFree">Leave the reference out: log π in place of log π/π_ref, as a reference that finds all responses equally likely.</param>
public sealed record DpoObjective(
    IReadOnlyList<string>? LossType = null, IReadOnlyList<double>? LossWeights = null, double Beta = 0.1, double LabelSmoothing = 0,
    string FDivergenceType = "reverse_kl", double FAlphaDivergenceCoef = 0.5, double? LdAlpha = null, bool UseWeighting = false,
    double RpoAlpha = 0, double DiscopopTau = 0.05, bool ReferenceFree = false) : PairObjective
{
    /// <inheritdoc/>
    public override string Name => "dpo";

    /// <inheritdoc/>
    public override bool HasSupervisedTerm => RpoAlpha != 0 || Losses.Contains("sft");

    /// <inheritdoc/>
    public override Requirements Requirements =>
        (ReferenceFree ? Requirements.None : Requirements.Reference)
        | (UseWeighting ? Requirements.AlignedLogProb : Requirements.None)
        | (Losses.Any(name => name.StartsWith("aot", StringComparison.Ordinal)) ? Requirements.SeveralPairs : Requirements.None);

    private IReadOnlyList<string> Losses => LossType ?? ["sigmoid"];

    /// <inheritdoc/>
    /// <exception cref="PralineException">A loss type or divergence is not known, or the weights are not as many as the losses.</exception>
    public override PairLoss Compute(PairStatistics pairs)
    {
        if (LossWeights is { } given && given.Count != Losses.Count)
        {
            throw new PralineException($"loss_weights has {given.Count} entries, loss_type has {Losses.Count}: give one weight for each loss.");
        }

        pairs = ReferenceFree ? pairs.WithoutReference() : pairs;
        var weighted = LdAlpha is { } ldAlpha ? LengthDesensitization.Apply(pairs, ldAlpha) : pairs;
        var (chosen, rejected) = (weighted.ChosenLogRatio, weighted.RejectedLogRatio);
        var terms = new DpoTerms(
            Beta, LabelSmoothing, chosen, rejected, FDivergence.Score(FDivergenceType, chosen, FAlphaDivergenceCoef),
            FDivergence.Score(FDivergenceType, rejected, FAlphaDivergenceCoef), weighted, DiscopopTau);
        var importance = UseWeighting ? WpoWeighting.Weights(pairs) : null;

        Tensor? losses = null;
        for (var i = 0; i < Losses.Count; i++)
        {
            var term = DpoLossTypes.Get(Losses[i])(terms);
            term = importance is null ? term : term * importance;
            term = LossWeights is null ? term : term * LossWeights[i];
            losses = losses is null ? term : losses + term;
        }

        if (RpoAlpha != 0)
        {
            losses = losses! + (RpoAlpha * weighted.SupervisedLoss());
        }

        return new PairLoss(losses!, Beta * chosen.Detach(), Beta * rejected.Detach());
    }
}
