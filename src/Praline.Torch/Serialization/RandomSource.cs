namespace Praline.Torch.Serialization;

/// <summary>Fresh weights: each parameter's numbers depend on the seed and its name alone, not on the order of creation.</summary>
public sealed class RandomSource(ulong seed, double standardDeviation = 0.02) : ITensorSource
{
    /// <inheritdoc/>
    public string Name => "random weights";

    /// <inheritdoc/>
    public IReadOnlyCollection<string>? Names => null;

    /// <inheritdoc/>
    public Tensor? TryRead(string name, long[] shape, Initialization initialization)
    {
        switch (initialization)
        {
            case Initialization.Zeros:
                return Tensor.Zeros(shape);
            case Initialization.Ones:
                return Tensor.Ones(shape);
            default:
                using (var generator = new Generator(Fnv(name) ^ seed))
                {
                    return Tensor.Randn(shape, generator).MulInPlace(standardDeviation);
                }
        }
    }

    private static ulong Fnv(string name)
    {
        var hash = 14695981039346656037UL;
        foreach (var character in name)
        {
            hash = (hash ^ character) * 1099511628211UL;
        }

        return hash;
    }
}
