namespace Praline.Training.Engine;

/// <summary>Kinds of <see cref="TrainProgress"/>.</summary>
public enum TrainEventKind
{
    /// <summary>The data are being read and checked, or features computed.</summary>
    Preparing,

    /// <summary>The run begins, or goes on after an interruption.</summary>
    Started,

    /// <summary>An optimizer step is done.</summary>
    Step,

    /// <summary>A micro-batch was dropped.</summary>
    Dropped,

    /// <summary>Held-out data were measured.</summary>
    Evaluated,

    /// <summary>A checkpoint or a result was written.</summary>
    Saved,

    /// <summary>The run is done.</summary>
    Finished,
}
