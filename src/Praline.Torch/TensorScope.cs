namespace Praline.Torch;

/// <summary>
/// Frees every tensor made on this thread while it is the innermost scope, when it is disposed: memory goes back at a known
/// moment, not when the garbage collector finds time. What should live on is moved out with <see cref="Tensor.MoveToOuterScope"/>
/// or taken out of all scopes with <see cref="Tensor.DetachFromScope"/>.
/// </summary>
/// <example><code>
/// using var scope = new TensorScope();
/// var y = x.MatMul(w).Relu();   // the product is freed with the scope
/// return y.MoveToOuterScope();
/// </code></example>
public sealed class TensorScope : IDisposable
{
    [ThreadStatic]
    private static TensorScope? _current;

    private readonly List<Tensor> _tensors = [];
    private bool _disposed;

    /// <summary>Opens a scope on this thread.</summary>
    public TensorScope()
    {
        Outer = _current;
        _current = this;
    }

    /// <summary>The scope that new tensors of this thread belong to, or null.</summary>
    public static TensorScope? Current => _current;

    /// <summary>The scope that was current when this one was opened.</summary>
    public TensorScope? Outer { get; }

    internal void Add(Tensor tensor)
    {
        _tensors.Add(tensor);
        tensor.Scope = this;
    }

    /// <summary>Frees the scope's tensors.</summary>
    /// <exception cref="InvalidOperationException">An inner scope is still open, or another thread opened this one.</exception>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        if (_current != this)
        {
            throw new InvalidOperationException("A TensorScope must be closed on its own thread, after the scopes inside it.");
        }

        _disposed = true;
        _current = Outer;
        foreach (var tensor in _tensors)
        {
            if (tensor.Scope == this)
            {
                tensor.Dispose();
            }
        }

        _tensors.Clear();
    }
}
