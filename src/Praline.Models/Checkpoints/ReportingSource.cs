using Praline.Torch;
using Praline.Torch.Serialization;

namespace Praline.Models.Checkpoints;

/// <summary>A checkpoint's tensors, with progress reported as they are taken.</summary>
public sealed class ReportingSource(CheckpointSource source, Action<LoadProgress> report) : ITensorSource
{
    private readonly long _total = source.Names.Sum(name => source.Find(name)!.Length);
    private long _done;

    /// <inheritdoc/>
    public string Name => source.Name;

    /// <inheritdoc/>
    public IReadOnlyCollection<string>? Names => source.Names;

    /// <inheritdoc/>
    public Tensor? TryRead(string name, long[] shape, Initialization initialization)
    {
        var tensor = source.TryRead(name, shape, initialization);
        if (source.Find(name) is { } entry)
        {
            _done += entry.Length;
            report(new LoadProgress(name, _done, _total));
        }

        return tensor;
    }
}
