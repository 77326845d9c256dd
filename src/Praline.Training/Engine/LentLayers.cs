using Praline.Models.Language;
using Praline.Torch;
using Praline.Torch.Distributed;

namespace Praline.Training.Engine;

/// <summary>
/// Weights of decoder layers, of which each rank keeps a part: gathered from all ranks when a layer is to be computed, forgotten afterwards.
/// <para>
/// Ranks compute different numbers of micro-batches, and at times one computes while others have nothing to do, but to gather a layer takes all.
/// So before each gathering every rank says which layer it needs; the first rank that needs one has its turn and everybody gives their part.
/// A rank that needs none says so in <see cref="Settle"/>, until nobody needs one.
/// </para>
/// </summary>
internal sealed class LentLayers : ILayerWeights
{
    private readonly World _world;
    private readonly IReadOnlyDictionary<string, Tensor> _parameters;
    private readonly BucketPlan _plan;
    private readonly IReadOnlyList<Tensor> _parts;
    private readonly ILookup<int, int> _bucketsOf;

    /// <param name="world">The ranks.</param>
    /// <param name="parameters">What trains, by name.</param>
    /// <param name="plan">Buckets whose units are layers.</param>
    /// <param name="parts">This rank's part of each bucket.</param>
    internal LentLayers(World world, IReadOnlyDictionary<string, Tensor> parameters, BucketPlan plan, IReadOnlyList<Tensor> parts)
    {
        (_world, _parameters, _plan, _parts) = (world, parameters, plan, parts);
        _bucketsOf = plan.Units.Index().Where(u => u.Item is not null).ToLookup(u => u.Item!.Value, u => u.Index);
        if (_bucketsOf.Count == 0)
        {
            throw new PralineException("shard: parameters keeps parts of decoder layers, but none trains as a whole: set train to language or last_layers:N, or shard to optimizer.");
        }
    }

    /// <inheritdoc/>
    public IDisposable Use(int layer)
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        foreach (var bucket in _bucketsOf[layer])
        {
            for (var turn = Turn(bucket); ; turn = Turn(bucket))
            {
                using var here = new TensorScope();
                var whole = Gather(turn);
                if (turn == bucket)
                {
                    Put(bucket, whole);
                    break;
                }
            }
        }

        return new Loan(this, [.. _bucketsOf[layer]]);
    }

    /// <inheritdoc/>
    public void Settle()
    {
        using var noGrad = NoGrad.Begin();
        for (var turn = Turn(-1); turn >= 0; turn = Turn(-1))
        {
            using var scope = new TensorScope();
            Gather(turn);
        }
    }

    /// <summary>All layers at once, on rank 0, until disposed; all ranks call it, and none computes meanwhile.</summary>
    internal IDisposable UseAllOnMain()
    {
        using var noGrad = NoGrad.Begin();
        int[] all = [.. _bucketsOf.SelectMany(b => b)];
        foreach (var bucket in all)
        {
            using var scope = new TensorScope();
            var whole = Gather(bucket);
            if (_world.IsMain)
            {
                Put(bucket, whole);
            }
        }

        return new Loan(this, all);
    }

    /// <summary>Forgets all layers' weights: they lie in the parts.</summary>
    internal void TakeAllBack() => TakeBack([.. _bucketsOf.SelectMany(b => b)]);

    /// <summary>The type in which a bucket travels: that of its parameters.</summary>
    internal static DType TypeOf(IReadOnlyDictionary<string, Tensor> parameters, BucketPlan plan, int bucket)
    {
        DType[] types = [.. plan.Places.Where(p => p.Value.Bucket == bucket).Select(p => parameters[p.Key].DType).Distinct()];
        return types.Length == 1 ? types[0] : types.Contains(DType.Float64) ? DType.Float64 : DType.Float32;
    }

    /// <summary>Whose turn it is: the bucket that the first rank that needs any needs; −1 when none does.</summary>
    private int Turn(int needed)
    {
        using var scope = new TensorScope();
        var all = Tensor.Zeros([_world.Size], DType.Int64, _parts[0].Device);
        _world.AllGather(Tensor.From<long>([needed], 1).To(_parts[0].Device), all);
        return (int)all.ToArray<long>().FirstOrDefault(bucket => bucket >= 0, -1);
    }

    private Tensor Gather(int bucket)
    {
        var part = _parts[bucket].Detach().To(TypeOf(_parameters, _plan, bucket)).Contiguous();
        var whole = Tensor.Empty([_plan.Sizes[bucket]], part.DType, part.Device);
        _world.AllGather(part, whole);
        return whole;
    }

    private void Put(int bucket, Tensor whole)
    {
        foreach (var (name, place) in _plan.Places.Where(p => p.Value.Bucket == bucket))
        {
            var parameter = _parameters[name];
            parameter.SetData(whole.Narrow(0, place.Offset, parameter.Numel).View(parameter.Shape).To(parameter.DType));
        }
    }

    /// <summary>One NaN in every place: no memory, and whoever uses it by mistake notices.</summary>
    private void TakeBack(int[] buckets)
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        foreach (var (name, _) in _plan.Places.Where(p => buckets.Contains(p.Value.Bucket)))
        {
            var parameter = _parameters[name];
            parameter.SetData(Tensor.Full([1], double.NaN, parameter.DType, parameter.Device).Expand(parameter.Shape));
        }
    }

    private sealed class Loan(LentLayers layers, int[] buckets) : IDisposable
    {
        public void Dispose() => layers.TakeBack(buckets);
    }
}
