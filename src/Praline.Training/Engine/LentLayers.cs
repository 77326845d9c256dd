using Praline.Models.Language;
using Praline.Torch;
using Praline.Torch.Distributed;

namespace Praline.Training.Engine;

/// <summary>
/// Weights of decoder layers, of which each rank keeps a part: gathered from all ranks while the layer before is computed, forgotten when the layer is
/// computed itself. So two layers are there at most.
/// <para>
/// Ranks compute different numbers of micro-batches, and at times one computes while others have nothing to do, but to gather a layer takes all.
/// So before each gathering every rank says which layer it needs; the first rank that needs one has its turn and everybody gives their part
/// (<see cref="ProcessGroup.StartLending"/>). A rank that needs none says so in <see cref="Settle"/>, until nobody needs one.
/// </para>
/// </summary>
internal sealed class LentLayers : ILayerWeights, IDisposable
{
    private readonly World _world;
    private readonly ProcessGroup _group;
    private readonly IReadOnlyDictionary<string, Tensor> _parameters;
    private readonly BucketPlan _plan;
    private readonly IReadOnlyList<Tensor> _parts;
    private readonly DType[] _types;
    private readonly ILookup<int, int> _bucketsOf;
    private Fetched? _ahead;

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

        _types = [.. Enumerable.Range(0, parts.Count).Select(bucket => TypeOf(parameters, plan, bucket))];
        _group = world.Open("layers");
    }

    /// <inheritdoc/>
    public IDisposable Use(int layer, int? next = null)
    {
        var fetched = _ahead?.Layer == layer ? _ahead : Fetch(layer);
        if (_ahead != fetched)
        {
            _ahead?.Dispose(); // foreseen, but not needed
        }

        _ahead = null;
        foreach (var (bucket, whole) in fetched.Wait())
        {
            Put(bucket, whole);
        }

        if (next is { } other && other != layer)
        {
            _ahead = Fetch(other);
        }

        return new Loan(() =>
        {
            TakeBack(_bucketsOf[layer]);
            if (next == layer)
            {
                _ahead = fetched;
            }
            else
            {
                fetched.Dispose();
            }
        });
    }

    /// <inheritdoc/>
    public void Settle()
    {
        Dispose();
        using var helping = _group.StartLending(_parts, _types, wanted: -1, whole: null);
        helping.Wait();
    }

    /// <summary>Forgets what was fetched and not used.</summary>
    public void Dispose()
    {
        _ahead?.Dispose();
        _ahead = null;
    }

    /// <summary>All layers at once, on rank 0, until disposed; all ranks call it, and none computes meanwhile.</summary>
    internal IDisposable UseAllOnMain()
    {
        using var noGrad = NoGrad.Begin();
        int[] all = [.. _bucketsOf.SelectMany(b => b)];
        foreach (var bucket in all)
        {
            using var scope = new TensorScope();
            var part = _parts[bucket].Detach().To(_types[bucket]).Contiguous();
            var whole = Tensor.Empty([_plan.Sizes[bucket]], part.DType, part.Device);
            _world.AllGather(part, whole);
            if (_world.IsMain)
            {
                Put(bucket, whole);
            }
        }

        return new Loan(() => TakeBack(all));
    }

    /// <summary>Forgets all layers' weights: they lie in the parts.</summary>
    internal void TakeAllBack() => TakeBack(_bucketsOf.SelectMany(b => b));

    /// <summary>The type in which a bucket travels: that of its parameters.</summary>
    internal static DType TypeOf(IReadOnlyDictionary<string, Tensor> parameters, BucketPlan plan, int bucket)
    {
        DType[] types = [.. plan.Places.Where(p => p.Value.Bucket == bucket).Select(p => parameters[p.Key].DType).Distinct()];
        return types.Length == 1 ? types[0] : types.Contains(DType.Float64) ? DType.Float64 : DType.Float32;
    }

    /// <summary>Begins to gather a layer.</summary>
    private Fetched Fetch(int layer) => new(layer, [.. _bucketsOf[layer].Select(bucket =>
    {
        var whole = Tensor.Empty([_plan.Sizes[bucket]], _types[bucket], _parts[bucket].Device).DetachFromScope();
        return (bucket, whole, _group.StartLending(_parts, _types, bucket, whole));
    })]);

    private void Put(int bucket, Tensor whole)
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        foreach (var (name, place) in _plan.Places.Where(p => p.Value.Bucket == bucket))
        {
            var parameter = _parameters[name];
            parameter.SetData(whole.Narrow(0, place.Offset, parameter.Numel).View(parameter.Shape).To(parameter.DType));
        }
    }

    /// <summary>One NaN in every place: no memory, and whoever uses it by mistake notices.</summary>
    private void TakeBack(IEnumerable<int> buckets)
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        foreach (var (name, _) in _plan.Places.Where(p => buckets.Contains(p.Value.Bucket)))
        {
            var parameter = _parameters[name];
            parameter.SetData(Tensor.Full([1], double.NaN, parameter.DType, parameter.Device).Expand(parameter.Shape));
        }
    }

    /// <summary>A layer's weights, there or on their way.</summary>
    private sealed class Fetched(int layer, (int Bucket, Tensor Whole, Collective Coming)[] buckets) : IDisposable
    {
        internal int Layer => layer;

        internal IEnumerable<(int Bucket, Tensor Whole)> Wait() => buckets.Select(b =>
        {
            b.Coming.Wait();
            return (b.Bucket, b.Whole);
        });

        public void Dispose()
        {
            foreach (var (_, whole, coming) in buckets)
            {
                coming.Dispose();
                whole.Dispose();
            }
        }
    }

    private sealed class Loan(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
