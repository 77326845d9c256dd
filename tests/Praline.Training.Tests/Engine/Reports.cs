using Praline.Training.Engine;

namespace Praline.Training.Tests.Engine;

/// <summary>Keeps what a training reported.</summary>
internal sealed class Reports : IProgress<TrainProgress>
{
    public List<TrainProgress> All { get; } = [];

    public void Report(TrainProgress value) => All.Add(value);
}
