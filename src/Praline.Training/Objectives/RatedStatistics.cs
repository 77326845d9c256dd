using Praline.Torch;

namespace Praline.Training.Objectives;

/// <summary>The statistics of responses that are each rated good or bad by themselves, without a partner.</summary>
public sealed record RatedStatistics
{
    /// <summary>The desirable responses under the policy: [a]</summary>
    public required ResponseStatistics Desirable { get; init; }

    /// <summary>The undesirable responses under the policy: [b]</summary>
    public required ResponseStatistics Undesirable { get; init; }

    /// <summary>The desirable responses under the reference: [a]</summary>
    public required ResponseStatistics ReferenceDesirable { get; init; }

    /// <summary>The undesirable responses under the reference: [b]</summary>
    public required ResponseStatistics ReferenceUndesirable { get; init; }

    /// <summary>
    /// Σ log π of responses that belong to other prompts, under the policy: [c], no gradient; KTO estimates its reference point with them.
    /// </summary>
    public Tensor? MismatchedSumLogProb { get; init; }

    /// <summary>The same under the reference: [c]</summary>
    public Tensor? ReferenceMismatchedSumLogProb { get; init; }

    /// <summary>log π/π_ref of the desirable responses: [a]</summary>
    public Tensor DesirableLogRatio => Desirable.SumLogProb - ReferenceDesirable.SumLogProb;

    /// <summary>log π/π_ref of the undesirable responses: [b]</summary>
    public Tensor UndesirableLogRatio => Undesirable.SumLogProb - ReferenceUndesirable.SumLogProb;
}
