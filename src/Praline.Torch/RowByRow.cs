namespace Praline.Torch;

/// <summary>
/// While it is open on a thread, <see cref="F.Linear"/> computes each row on its own terms: on the CPU the numbers of a row don't depend
/// on how many rows there are. Made for decoding, where a sequence must not change with its neighbours in a batch, and quicker there
/// than a general matrix product.
/// </summary>
public readonly struct RowByRow : IDisposable
{
    [ThreadStatic]
    private static int _depth;

    /// <summary>True inside such a region.</summary>
    public static bool IsOn => _depth > 0;

    /// <summary>Opens the region.</summary>
    public static RowByRow Begin()
    {
        _depth++;
        return default;
    }

    /// <inheritdoc/>
    public void Dispose() => _depth--;
}
