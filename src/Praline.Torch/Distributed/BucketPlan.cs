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
    public BucketPlan(IReadOnlyDictionary<string, Tensor> parameters, int worldSize, long bucketBytes = 0)
    {
        bucketBytes = bucketBytes > 0 ? bucketBytes : Math.Clamp(parameters.Values.Sum(p => p.Numel * 4) / 8, 1 << 20, 25 << 20);
        var sizes = new List<long>();
        var places = new Dictionary<string, (int Bucket, long Offset)>(StringComparer.Ordinal);
        DType? type = null;
        long filled = 0, limit = Math.Min(1 << 20, bucketBytes);
        foreach (var (name, parameter) in parameters.Reverse())
        {
            var own = parameter.DType == DType.Float64 ? DType.Float64 : DType.Float32;
            if (sizes.Count == 0 || own != type || filled * own.Size() >= limit)
            {
                limit = sizes.Count == 0 ? limit : bucketBytes;
                sizes.Add(0);
                (filled, type) = (0, own);
            }

            places[name] = (sizes.Count - 1, filled);
            filled += parameter.Numel;
            sizes[^1] = (filled + worldSize - 1) / worldSize * worldSize;
        }

        (Sizes, Places) = (sizes, places);
    }

    /// <summary>Elements of each bucket.</summary>
    public IReadOnlyList<long> Sizes { get; }

    /// <summary>Where each parameter lies.</summary>
    public IReadOnlyDictionary<string, (int Bucket, long Offset)> Places { get; }
}
