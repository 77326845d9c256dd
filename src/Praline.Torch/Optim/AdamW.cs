namespace Praline.Torch.Optim;

/// <summary>AdamW (Loshchilov &amp; Hutter 2019), step for step as <c>torch.optim.AdamW</c>.</summary>
public sealed class AdamW : IDisposable
{
    private static readonly Operator FusedAdamW = new("aten::_fused_adamw_");
    private readonly AdamWOptions _options;
    private readonly KeyValuePair<string, Tensor>[] _parameters;
    private readonly Dictionary<string, State> _states = new(StringComparer.Ordinal);

    /// <summary>Creates an optimizer over named parameters.</summary>
    public AdamW(IEnumerable<KeyValuePair<string, Tensor>> parameters, AdamWOptions options)
    {
        _parameters = [.. parameters];
        _options = options;
        LearningRate = options.LearningRate;
    }

    /// <summary>The step size in force; a schedule sets it before each step.</summary>
    public double LearningRate { get; set; }

    /// <summary>Updates every parameter that has a gradient.</summary>
    public void Step()
    {
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        var due = _parameters.Select(p => (Name: p.Key, Parameter: p.Value, Gradient: p.Value.Grad)).Where(p => p.Gradient is not null).ToArray();
        if (due.Length > 0 && (_options.Fused ?? due.All(p => p.Parameter.Device.Type == DeviceType.Cuda)) && FusedAdamW.Exists)
        {
            // Kernels take parameters of one type and one count of steps.
            foreach (var group in due.GroupBy(p => (p.Parameter.DType, p.Parameter.Device, StateOf(p.Name, p.Parameter).Step)))
            {
                UpdateTogether([.. group.Select(p => (p.Parameter, p.Gradient!.To(p.Parameter.DType), StateOf(p.Name, p.Parameter)))]);
            }

            return;
        }

        foreach (var (name, parameter, gradient) in due)
        {
            Update(name, parameter, gradient!.To(parameter.DType));
        }
    }

    /// <summary>Drops all gradients.</summary>
    public void ZeroGrad()
    {
        foreach (var (_, parameter) in _parameters)
        {
            parameter.Grad = null;
        }
    }

    /// <summary>
    /// The state as named tensors: <c>step</c> [], <c>exp_avg</c>, <c>exp_avg_sq</c> (and <c>max_exp_avg_sq</c>), each behind
    /// <c>parameter name + '.'</c>. The caller does not own them.
    /// </summary>
    public Dictionary<string, Tensor> StateTensors()
    {
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (var (name, state) in _states)
        {
            tensors[$"{name}.step"] = Tensor.Scalar(state.Step, DType.Float64);
            tensors[$"{name}.exp_avg"] = state.Mean;
            tensors[$"{name}.exp_avg_sq"] = state.Square;
            if (state.MaxSquare is { } max)
            {
                tensors[$"{name}.max_exp_avg_sq"] = max;
            }
        }

        return tensors;
    }

    /// <summary>Takes up a state that <see cref="StateTensors"/> gave; values are copied.</summary>
    public void LoadState(IReadOnlyDictionary<string, Tensor> tensors)
    {
        foreach (var (name, parameter) in _parameters)
        {
            if (tensors.TryGetValue($"{name}.step", out var step))
            {
                var state = StateOf(name, parameter);
                state.Step = (long)step.Item<double>();
                state.Mean.CopyInPlace(tensors[$"{name}.exp_avg"]);
                state.Square.CopyInPlace(tensors[$"{name}.exp_avg_sq"]);
                state.MaxSquare?.CopyInPlace(tensors[$"{name}.max_exp_avg_sq"]);
            }
        }
    }

    /// <summary>Frees the state.</summary>
    public void Dispose()
    {
        foreach (var state in _states.Values)
        {
            state.Mean.Dispose();
            state.Square.Dispose();
            state.MaxSquare?.Dispose();
        }

        _states.Clear();
    }

    /// <summary>All parameters in a few kernels, the same numbers but for rounding.</summary>
    private void UpdateTogether((Tensor Parameter, Tensor Gradient, State State)[] all)
    {
        foreach (var (_, _, state) in all)
        {
            state.Step++;
        }

        var step = Tensor.Full([], all[0].State.Step, DType.Float32, all[0].Parameter.Device);
        FusedAdamW.Run(
            all.Select(p => p.Parameter).ToArray(), all.Select(p => p.Gradient).ToArray(), all.Select(p => p.State.Mean).ToArray(),
            all.Select(p => p.State.Square).ToArray(), all.Select(p => p.State.MaxSquare).OfType<Tensor>().ToArray(),
            Enumerable.Repeat(step, all.Length).ToArray(), LearningRate, _options.Beta1, _options.Beta2, _options.WeightDecay, _options.Eps,
            _options.AmsGrad, false);
    }

    private void Update(string name, Tensor parameter, Tensor gradient)
    {
        var state = StateOf(name, parameter);
        state.Step++;
        parameter.MulInPlace(1 - (LearningRate * _options.WeightDecay));
        state.Mean.MulInPlace(_options.Beta1).AddInPlace(gradient, 1 - _options.Beta1);
        state.Square.MulInPlace(_options.Beta2).AddcmulInPlace(gradient, gradient, 1 - _options.Beta2);

        var square = state.Square;
        if (state.MaxSquare is { } max)
        {
            max.CopyInPlace(max.Maximum(square));
            square = max;
        }

        var correction1 = 1 - Math.Pow(_options.Beta1, state.Step);
        var correction2 = 1 - Math.Pow(_options.Beta2, state.Step);
        var denominator = square.Sqrt().MulInPlace(1 / Math.Sqrt(correction2)) + _options.Eps;
        parameter.AddcdivInPlace(state.Mean, denominator, -LearningRate / correction1);
    }

    private State StateOf(string name, Tensor parameter)
    {
        if (!_states.TryGetValue(name, out var state))
        {
            state = new State
            {
                Mean = parameter.ZerosLike().DetachFromScope(),
                Square = parameter.ZerosLike().DetachFromScope(),
                MaxSquare = _options.AmsGrad ? parameter.ZerosLike().DetachFromScope() : null,
            };
            _states[name] = state;
        }

        return state;
    }

    private sealed class State
    {
        public long Step { get; set; }

        public required Tensor Mean { get; init; }

        public required Tensor Square { get; init; }

        public Tensor? MaxSquare { get; init; }
    }
}
