namespace Praline.Training.Engine;

/// <summary>What a finished run reports; also written as <c>summary.json</c>.</summary>
public sealed record TrainSummary
{
    /// <summary>Optimizer steps done.</summary>
    public required int Steps { get; init; }

    /// <summary>Examples in the data set.</summary>
    public required int Examples { get; init; }

    /// <summary>Numbers that were trained.</summary>
    public required long TrainableParameters { get; init; }

    /// <summary>Micro-batches computed.</summary>
    public required long MicroBatches { get; init; }

    /// <summary>Micro-batches dropped because of NaN or infinite values.</summary>
    public required long DroppedMicroBatches { get; init; }

    /// <summary>Tokens computed.</summary>
    public required long Tokens { get; init; }

    /// <summary>Seconds spent in steps.</summary>
    public required double Seconds { get; init; }

    /// <summary>Most memory that the process has used, in bytes.</summary>
    public required long PeakMemory { get; init; }

    /// <summary>What was estimated before the first step, in bytes; null when nobody knew.</summary>
    public long? EstimatedMemory { get; init; }

    /// <summary>Rows of the data that were left out; they are listed in <c>left_out.jsonl</c>.</summary>
    public int LeftOutRows { get; init; }

    /// <summary>Processes that trained together.</summary>
    public int Processes { get; init; } = 1;

    /// <summary>Seconds in which gradients were exchanged between processes.</summary>
    public double ExchangeSeconds { get; init; }

    /// <summary>The share of that time that ran beside the backward pass, from 0 to 1.</summary>
    public double ExchangeOverlapped { get; init; } = 1;

    /// <summary>Bytes that each process keeps of the trained weights (in single precision too) and of the optimizer.</summary>
    public IReadOnlyList<long> HeldBytes { get; init; } = [];

    /// <summary>Means over the last steps of what was logged.</summary>
    public required IReadOnlyDictionary<string, double> FinalMetrics { get; init; }

    /// <summary>The step whose evaluation was best, if held-out data were measured.</summary>
    public int? BestStep { get; init; }

    /// <summary>The folder with the trained adapter or model.</summary>
    public required string Result { get; init; }
}
