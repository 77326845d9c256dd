namespace Praline.Torch.Serialization;

/// <summary>Where a model's weights come from: a checkpoint's files, or fresh random numbers.</summary>
public interface ITensorSource
{
    /// <summary>What to call it in messages: a path, or <c>random weights</c>.</summary>
    string Name { get; }

    /// <summary>The names of all tensors; null when any name is answered.</summary>
    IReadOnlyCollection<string>? Names { get; }

    /// <summary>The tensor of that name on the CPU, or null when there is none.</summary>
    Tensor? TryRead(string name, long[] shape, Initialization initialization);
}
