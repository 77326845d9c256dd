using Praline.Torch;
using Praline.Torch.Distributed;
using Praline.Torch.Optim;
using Praline.Training.Runs;

namespace Praline.Training.Engine;

/// <summary>Every rank holds all weights and the whole optimizer, and does the same update.</summary>
internal sealed class ReplicatedWeights(World world, IReadOnlyDictionary<string, Tensor> parameters) : IRankWeights
{
    private readonly MasterWeights _masters = new(parameters);

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> Tensors => _masters.Tensors;

    /// <inheritdoc/>
    public IStepGradients Gradients() => world.Size == 1
        ? new GradientAccumulator(_masters)
        : new RankGradients(world, parameters, new BucketPlan(parameters, world.Size), scatter: false, HandOver);

    /// <inheritdoc/>
    public double ClipGradNorm(double maximum) => GradientClipping.ClipGradNorm(Tensors.Values, maximum);

    /// <inheritdoc/>
    public void CopyBack() => _masters.CopyBack();

    /// <inheritdoc/>
    public void Restore(LoadedCheckpoint? checkpoint, AdamW optimizer)
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        if (checkpoint is not null)
        {
            foreach (var (name, tensor) in Tensors)
            {
                tensor.CopyInPlace(RankChecks.Saved(checkpoint, name));
            }

            optimizer.LoadState(checkpoint.Optimizer);
        }

        if (world.Size > 1)
        {
            Share(optimizer);
        }

        CopyBack();
    }

    /// <inheritdoc/>
    public (IReadOnlyDictionary<string, Tensor> Weights, IReadOnlyDictionary<string, Tensor> Optimizer) Whole(AdamW optimizer) =>
        (Tensors, optimizer.StateTensors());

    /// <inheritdoc/>
    public long HeldBytes(AdamW optimizer) => parameters.Values.Concat(Tensors.Values.Except(parameters.Values)).Concat(optimizer.StateTensors().Values)
        .Sum(tensor => tensor.Numel * tensor.DType.Size());

    /// <inheritdoc/>
    public IDisposable? WholeOnMain() => null;

    /// <inheritdoc/>
    public void RequireEqual(int step) => RankChecks.RequireEqual(world, Tensors.Values, step);

    /// <inheritdoc/>
    public void Dispose() => _masters.Dispose();

    /// <summary>Gives all ranks what rank 0 has.</summary>
    private void Share(AdamW optimizer)
    {
        foreach (var tensor in Tensors.Values)
        {
            world.Broadcast(tensor);
        }

        var own = optimizer.StateTensors();
        var all = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, shape, type) in world.FromMain(own.Select(t => new Described(t.Key, t.Value.Shape, t.Value.DType)).ToArray())!)
        {
            all[name] = world.IsMain ? own[name] : Tensor.Zeros(shape, type, Tensors.Values.First().Device);
            world.Broadcast(all[name]);
        }

        if (!world.IsMain)
        {
            optimizer.LoadState(all);
        }
    }

    /// <summary>As with one process, what no rank reached is left as it is, without weight decay.</summary>
    private void HandOver(GradientReducer reducer, Func<int, bool> used)
    {
        for (var i = 0; i < reducer.Names.Count; i++)
        {
            var tensor = Tensors[reducer.Names[i]];
            var (bucket, offset) = reducer.Plan.Places[reducer.Names[i]];
            tensor.Grad = used(i) ? reducer.Result(bucket).Narrow(0, offset, tensor.Numel).View(tensor.Shape) : null;
        }
    }

    private sealed record Described(string Name, long[] Shape, DType Type);
}
