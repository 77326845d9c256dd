namespace Praline.Torch.Distributed;

/// <summary>
/// Which parameters travel together: parameters in reverse order of registration, which is about the order in which a backward pass
/// reaches them, cut into buckets of about so many bytes. A function of names, sizes and the number of ranks alone.
/// </summary>
public sealed class BucketPlan
{
    /// <summary>Plans the buckets.</summary>
    /// <param name="parameters">The parameters by name, in order of registration.</param>
    /// <param name="worldSize">Ranks: each bucket is padded to a multiple of it.</param>
    /// <param name="bucketBytes">
    /// Bytes of a bucket; the first is smaller, so that sending begins early. 0 takes an eighth of all bytes within DDP's 1 MiB and 25 MiB: the
    /// last bucket is ready when the backward pass is over, so nothing hides it, and it should be a small part of the whole.
    /// </param>
    /// <param name="unitOf">
    /// The unit that a parameter belongs to: a unit's parameters are one bucket, whatever its size. Null for those of none, and for no units.
    /// </param>
    public BucketPlan(
        IReadOnlyDictionary<string, Tensor> parameters, int worldSize, long bucketBytes = 0, Func<Tensor, int?>? unitOf = null)
    {
        bucketBytes = bucketBytes > 0 ? bucketBytes : Math.Clamp(parameters.Values.Sum(p => p.Numel * 4) / 8, 1 << 20, 25 << 20);
        var sizes = new List<long>();
        var units = new List<int?>();
        var places = new Dictionary<string, (int Bucket, long Offset)>(StringComparer.Ordinal);
        DType? type = null;
        long filled = 0, limit = Math.Min(1 << 20, bucketBytes);
        foreach (var (name, parameter) in parameters.Reverse())
        {
            var own = parameter.DType == DType.Float64 ? DType.Float64 : DType.Float32;
            var unit = unitOf?.Invoke(parameter);
            if (sizes.Count == 0 || own != type || units[^1] != unit || (unit is null && filled * own.Size() >= limit))
            {
                limit = sizes.Count == 0 ? limit : bucketBytes;
                sizes.Add(0);
                units.Add(unit);
                (filled, type) = (0, own);
            }

            places[name] = (sizes.Count - 1, filled);
            filled += parameter.Numel;
            sizes[^1] = (filled + worldSize - 1) / worldSize * worldSize;
        }

        (Sizes, Units, Places) = (sizes, units, places);
    }

    /// <summary>Elements of each bucket.</summary>
    public IReadOnlyList<long> Sizes { get; }

    /// <summary>The unit whose parameters each bucket has; null where it has those of none.</summary>
    public IReadOnlyList<int?> Units { get; }

    /// <summary>Where each parameter lies.</summary>
    public IReadOnlyDictionary<string, (int Bucket, long Offset)> Places { get; }
}
