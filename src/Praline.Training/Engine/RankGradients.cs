using Praline.Models.Language;
using Praline.Torch;
using Praline.Torch.Distributed;

namespace Praline.Training.Engine;

/// <summary>
/// Gradients of all ranks, summed in buckets while the last backward pass is under way. Losses are parts of the whole batch's mean
/// (divided by all ranks' pairs or tokens), so their sum is the gradient that one process would get.
/// </summary>
internal sealed class RankGradients : IStepGradients
{
    private readonly World _world;
    private readonly IReadOnlyDictionary<string, Tensor> _parameters;
    private readonly bool _scatter;
    private readonly Action<GradientReducer, Func<int, bool>> _handOver;
    private readonly GradientReducer _reducer;
    private readonly ILayerWeights? _layers;
    private bool _armed;
    private bool _sent;
    private bool _finite = true;
    private bool _any;
    private bool _lastWasGood;

    /// <param name="world">The ranks.</param>
    /// <param name="parameters">What has gradients, by name.</param>
    /// <param name="plan">Which parameters travel together.</param>
    /// <param name="scatter">Each rank gets its part of the sums only.</param>
    /// <param name="handOver">Gives the optimizer the sums; told which parameters (by number) had a gradient on any rank.</param>
    /// <param name="layers">Layers that other ranks may still need when this one is ready; null when each has its own.</param>
    internal RankGradients(
        World world, IReadOnlyDictionary<string, Tensor> parameters, BucketPlan plan, bool scatter, Action<GradientReducer, Func<int, bool>> handOver, ILayerWeights? layers = null)
    {
        (_world, _parameters, _scatter, _handOver, _layers) = (world, parameters, scatter, handOver, layers);
        _reducer = new GradientReducer(world.Gradients!, parameters, plan, scatter);
    }

    /// <summary>Whole gradients of several micro-batches would take the memory that sharing out the layers saves.</summary>
    public bool EveryMicroBatch => _layers is not null;

    /// <inheritdoc/>
    public void Last()
    {
        _reducer.Arm();
        _armed = true;
    }

    /// <inheritdoc/>
    public bool TryAdd()
    {
        var finite = _armed ? Send(drop: false) && LateIsFinite() : _reducer.TryAdd();
        _finite = finite || !_armed;
        _lastWasGood = _armed && finite;
        _any |= finite;
        return finite;
    }

    /// <inheritdoc/>
    public void Drop()
    {
        Clear();
        if (_armed)
        {
            Send(drop: true);
        }
    }

    /// <inheritdoc/>
    public bool Release(Action repeatLast)
    {
        using var scope = new TensorScope();
        if (!_armed)
        {
            _reducer.Arm(); // a rank without examples in a small batch
        }

        if (!_sent)
        {
            Send(drop: true);
        }

        _layers?.Settle();
        _reducer.Wait();
        var states = _world.Gather(new State(_finite, _any, [.. _reducer.Late()], [.. _reducer.Used()]));
        if (states.Any(state => !state.Finite))
        {
            SendAgain(repeatLast);
        }
        else
        {
            AddLate([.. states.SelectMany(state => state.Late).Distinct().Order()]);
        }

        var any = states.Any(state => state.Any);
        if (any)
        {
            using var noGrad = NoGrad.Begin();
            var used = states.SelectMany(state => state.Used).ToHashSet();
            _handOver(_reducer, i => used.Contains(i));
        }

        _reducer.ClearSums();
        (_armed, _sent, _finite, _any, _lastWasGood) = (false, false, true, false, false);
        return any;
    }

    /// <inheritdoc/>
    public ReducerStatistics TakeStatistics() => _reducer.TakeStatistics();

    /// <inheritdoc/>
    public void Dispose() => _reducer.Dispose();

    private bool LateIsFinite()
    {
        using var scope = new TensorScope();
        return _reducer.Late().All(i => float.IsFinite(_reducer.Parameter(i).Grad!.Sum(DType.Float32).Item<float>()));
    }

    private bool Send(bool drop)
    {
        _finite = _reducer.Flush(drop);
        _sent = true;
        return _finite;
    }

    /// <summary>
    /// A rank's last micro-batch spoilt the sums after they had been sent: send again without it. The other ranks' are computed a second
    /// time, as theirs are part of what was spoilt.
    /// </summary>
    private void SendAgain(Action repeatLast)
    {
        Clear();
        if (_lastWasGood)
        {
            repeatLast();
            _reducer.TryAdd();
        }

        _layers?.Settle();
        _reducer.Arm();
        _reducer.Flush(drop: true);
        _reducer.Wait();
    }

    private void Clear()
    {
        foreach (var parameter in _parameters.Values)
        {
            parameter.Grad = null;
        }
    }

    /// <summary>Parameters that are reached several times in a pass (a tied or chunked output layer): what came after the sending.</summary>
    private void AddLate(IReadOnlyList<int> numbers)
    {
        using var noGrad = NoGrad.Begin();
        foreach (var number in numbers)
        {
            var parameter = _reducer.Parameter(number);
            var (bucket, offset) = _reducer.Plan.Places[_reducer.Names[number]];
            var result = _reducer.Result(bucket);
            var late = (parameter.Grad ?? parameter.ZerosLike()).To(result.DType).Clone().View(-1);
            parameter.Grad = null;
            _world.AllReduce(late);

            // Where the result is only this rank's part of the bucket, only what overlaps with it.
            var begin = _scatter ? _world.Rank * result.Numel : 0;
            var (first, end) = (Math.Max(offset, begin), Math.Min(offset + late.Numel, begin + result.Numel));
            if (end > first)
            {
                result.Narrow(0, first - begin, end - first).AddInPlace(late.Narrow(0, first - offset, end - first));
            }
        }
    }

    /// <param name="Finite">False when the rank's last micro-batch was not.</param>
    /// <param name="Any">True when it added something.</param>
    /// <param name="Late">Parameters with gradients beyond what was sent.</param>
    /// <param name="Used">Parameters that had a gradient.</param>
    private sealed record State(bool Finite, bool Any, int[] Late, int[] Used);
}
