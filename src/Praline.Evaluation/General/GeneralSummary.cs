namespace Praline.Evaluation;

/// <summary>One run's result on a general set.</summary>
public sealed record GeneralSummary
{
    /// <summary>The run.</summary>
    public required string Run { get; init; }

    /// <summary>The set.</summary>
    public required string Set { get; init; }

    /// <summary>What the score is called.</summary>
    public required string Score { get; init; }

    /// <summary>How many questions were answered.</summary>
    public required int Answers { get; init; }

    /// <summary>The mean score, bootstrap over images.</summary>
    public required Estimate Mean { get; init; }

    /// <summary>This run minus the first one, paired; null for the first.</summary>
    public required PairedDifference? FromFirst { get; init; }
}
