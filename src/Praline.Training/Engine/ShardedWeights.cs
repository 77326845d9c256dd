using Praline.Models.Language;
using Praline.Torch;
using Praline.Torch.Distributed;
using Praline.Torch.Optim;
using Praline.Training.Runs;

namespace Praline.Training.Engine;

/// <summary>
/// Each rank holds and updates one part of the weights in single precision and of the optimizer's state (ZeRO, Rajbhandari et al. 2020):
/// gradients are reduce-scattered, each rank updates its part, and the parts are gathered into the model. Per parameter and rank
/// that takes 12/n bytes (master and two moments) beside the model's own values and gradients, instead of 12. With a model whose decoder layers
/// can be lent their weights, those and their gradients are kept in parts too.
/// </summary>
internal sealed class ShardedWeights : IRankWeights
{
    private const string Bucket = "bucket";
    private readonly World _world;
    private readonly IReadOnlyDictionary<string, Tensor> _parameters;
    private readonly BucketPlan _plan;
    private readonly Tensor[] _parts;
    private readonly LlamaModel? _lending;
    private readonly LentLayers? _layers;

    /// <param name="world">The ranks.</param>
    /// <param name="parameters">What trains, by name.</param>
    /// <param name="lending">The model whose layers get their weights only while they are computed; null for one that has them always.</param>
    internal ShardedWeights(World world, IReadOnlyDictionary<string, Tensor> parameters, LlamaModel? lending = null)
    {
        (_world, _parameters, _lending) = (world, parameters, lending);
        _plan = new BucketPlan(parameters, world.Size, unitOf: lending is null ? null : lending.LayerOf);
        _parts = new Tensor[_plan.Sizes.Count];
        for (var bucket = 0; bucket < _parts.Length; bucket++)
        {
            using var scope = new TensorScope();
            using var noGrad = NoGrad.Begin();
            _parts[bucket] = Own(Flat(bucket, name => _parameters[name])).Clone().DetachFromScope();
            _parts[bucket].RequiresGrad = true;
        }

        if (lending is not null)
        {
            _layers = new LentLayers(world, parameters, _plan, _parts);
            TorchRuntime.ReturnMemory(); // layers come and go: what one leaves is not kept beside the next
        }

        Tensors = _parts.Select((part, bucket) => (part, bucket)).ToDictionary(p => $"{Bucket}{p.bucket}", p => p.part, StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <inheritdoc/>
    public IStepGradients Gradients() => new RankGradients(_world, _parameters, _plan, scatter: true, TakeOver, _layers);

    /// <inheritdoc/>
    public long HeldBytes(AdamW optimizer) => _parts.Sum(part => part.Numel * part.DType.Size())
        + optimizer.StateTensors().Values.Sum(state => state.Numel * state.DType.Size())
        + _plan.Places.Where(p => !IsLent(p.Value.Bucket)).Sum(p => _parameters[p.Key].Numel * _parameters[p.Key].DType.Size());

    /// <inheritdoc/>
    public IDisposable? WholeOnMain() => _layers?.UseAllOnMain();

    /// <inheritdoc/>
    public double ClipGradNorm(double maximum)
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        var squares = Tensor.Zeros([1], DType.Float64, _parts[0].Device);
        foreach (var part in _parts)
        {
            var gradient = part.Grad!.To(DType.Float64);
            squares.AddInPlace((gradient * gradient).Sum().View(1));
        }

        _world.AllReduce(squares);
        var norm = (double)(float)Math.Sqrt(squares.Item<double>());
        if (maximum > 0 && maximum / (norm + 1e-6) < 1)
        {
            foreach (var part in _parts)
            {
                part.Grad!.MulInPlace(maximum / (norm + 1e-6));
            }
        }

        return norm;
    }

    /// <inheritdoc/>
    public void CopyBack()
    {
        foreach (var bucket in Enumerable.Range(0, _parts.Length).Where(bucket => !IsLent(bucket)))
        {
            using var scope = new TensorScope();
            using var noGrad = NoGrad.Begin();
            var sent = _parts[bucket].Detach().To(LentLayers.TypeOf(_parameters, _plan, bucket)).Contiguous(); // half the bytes for half precision
            foreach (var (name, value) in Named(bucket, Gathered(bucket, sent)))
            {
                _parameters[name].CopyInPlace(value);
            }
        }
    }

    /// <inheritdoc/>
    public void Restore(LoadedCheckpoint? checkpoint, AdamW optimizer)
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        var steps = _world.FromMain(checkpoint?.Optimizer.Where(t => t.Key.EndsWith(".step", StringComparison.Ordinal)).Select(t => (double?)t.Value.Item<double>()).FirstOrDefault());
        var state = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        for (var bucket = 0; bucket < _parts.Length; bucket++)
        {
            Tensor Shared(Func<string, Tensor> saved)
            {
                var flat = _world.IsMain ? Flat(bucket, saved) : Tensor.Zeros([_plan.Sizes[bucket]], _parts[bucket].DType, _parts[bucket].Device);
                _world.Broadcast(flat);
                return Own(flat);
            }

            using (new TensorScope())
            {
                _parts[bucket].CopyInPlace(Shared(name => checkpoint is null ? _parameters[name] : RankChecks.Saved(checkpoint, name)));
            }

            if (steps is { } done)
            {
                state[$"{Bucket}{bucket}.step"] = Tensor.Scalar(done, DType.Float64);
                foreach (var kind in (string[])["exp_avg", "exp_avg_sq"])
                {
                    // A parameter that never had a gradient has no state in the checkpoint of a single process.
                    using var one = new TensorScope();
                    state[$"{Bucket}{bucket}.{kind}"] = Shared(
                        name => checkpoint!.Optimizer.TryGetValue($"{name}.{kind}", out var saved) ? saved : _parameters[name].Detach().ZerosLike()).Clone().MoveToOuterScope();
                }
            }
        }

        optimizer.LoadState(state);
        CopyBack();
        if (_lending is not null)
        {
            _layers!.TakeAllBack();
            _lending.LayerWeights = _layers;
        }
    }

    /// <inheritdoc/>
    public (IReadOnlyDictionary<string, Tensor> Weights, IReadOnlyDictionary<string, Tensor> Optimizer) Whole(AdamW optimizer)
    {
        var own = optimizer.StateTensors();
        var weights = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        var state = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        for (var bucket = 0; bucket < _parts.Length; bucket++)
        {
            foreach (var (name, value) in GatheredOnMain(bucket, _parts[bucket]))
            {
                weights[name] = value;
            }

            foreach (var kind in (string[])["exp_avg", "exp_avg_sq"])
            {
                if (own.TryGetValue($"{Bucket}{bucket}.{kind}", out var part))
                {
                    foreach (var (name, value) in GatheredOnMain(bucket, part))
                    {
                        state[$"{name}.{kind}"] = value;
                        state[$"{name}.step"] = own[$"{Bucket}{bucket}.step"];
                    }
                }
            }
        }

        return (weights, state);
    }

    /// <inheritdoc/>
    public void RequireEqual(int step) =>
        RankChecks.RequireEqual(_world, _plan.Places.Where(p => !IsLent(p.Value.Bucket)).Select(p => _parameters[p.Key]), step);

    /// <inheritdoc/>
    public void Dispose()
    {
        _layers?.Dispose();
        Array.ForEach(_parts, part => part.Dispose());
        if (_lending is not null)
        {
            _lending.LayerWeights = null;
        }
    }

    private bool IsLent(int bucket) => _layers is not null && _plan.Units[bucket] is not null;

    /// <summary>Adds this rank's part of the sums up, where a step hands over more than once.</summary>
    private void TakeOver(GradientReducer reducer, Func<int, bool> used)
    {
        for (var bucket = 0; bucket < _parts.Length; bucket++)
        {
            if (_parts[bucket].Grad is { } sum)
            {
                sum.AddInPlace(reducer.Result(bucket));
            }
            else
            {
                _parts[bucket].Grad = reducer.Result(bucket);
            }
        }
    }

    /// <summary>A bucket's tensors one after the other, padded with zeros.</summary>
    private Tensor Flat(int bucket, Func<string, Tensor> tensor)
    {
        var first = _parameters[_plan.Places.First(p => p.Value.Bucket == bucket).Key];
        var flat = Tensor.Zeros([_plan.Sizes[bucket]], first.DType == DType.Float64 ? DType.Float64 : DType.Float32, first.Device);
        foreach (var (name, place) in _plan.Places.Where(p => p.Value.Bucket == bucket))
        {
            flat.Narrow(0, place.Offset, _parameters[name].Numel).CopyInPlace(tensor(name).Detach().Contiguous().View(-1).To(flat.DType));
        }

        return flat;
    }

    private Tensor Own(Tensor flat)
    {
        var each = flat.Numel / _world.Size;
        return flat.Narrow(0, _world.Rank * each, each);
    }

    private Tensor Gathered(int bucket, Tensor part)
    {
        var whole = Tensor.Empty([_plan.Sizes[bucket]], part.DType, part.Device);
        _world.AllGather(part.Detach(), whole);
        return whole;
    }

    /// <summary>A bucket's tensors in the memory of rank 0's host; the other ranks, which have no use for them, keep nothing.</summary>
    private KeyValuePair<string, Tensor>[] GatheredOnMain(int bucket, Tensor part)
    {
        using var scope = new TensorScope();
        var flat = Gathered(bucket, part);
        return _world.IsMain ? [.. Named(bucket, flat.To(Device.Cpu)).Select(p => KeyValuePair.Create(p.Key, p.Value.MoveToOuterScope()))] : [];
    }

    private IEnumerable<KeyValuePair<string, Tensor>> Named(int bucket, Tensor flat) => _plan.Places.Where(p => p.Value.Bucket == bucket)
        .Select(p => KeyValuePair.Create(p.Key, flat.Narrow(0, p.Value.Offset, _parameters[p.Key].Numel).View(_parameters[p.Key].Shape)));
}
