namespace Praline.Training.Objectives;

/// <summary>What an objective needs beyond the policy's sums of log-probabilities.</summary>
[Flags]
public enum Requirements
{
    /// <summary>Nothing more.</summary>
    None = 0,

    /// <summary>The reference's log-probabilities (the same weights without the adapter, or as they were before training).</summary>
    Reference = 1,

    /// <summary>WPO's aligned log-probabilities.</summary>
    AlignedLogProb = 2,

    /// <summary>The KL divergence from the reference's next-token distributions, for which the reference must run beside the policy.</summary>
    SequentialKl = 4,

    /// <summary>More than one pair per micro-batch: the objective compares pairs with each other.</summary>
    SeveralPairs = 8,
}
