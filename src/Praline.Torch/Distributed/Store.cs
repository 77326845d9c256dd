using System.Text;
using Praline.Torch.Native;

namespace Praline.Torch.Distributed;

/// <summary>
/// c10d's TCPStore: a small table of keys and texts that rank 0 serves and everybody reads and writes. Calls block until the server
/// answers; one store handle serves one thread at a time.
/// </summary>
public sealed unsafe class Store : IDisposable
{
    private readonly StoreRelay? _relay;
    private nint _handle;

    /// <summary>Serves a store on the port, or connects to the one there.</summary>
    /// <param name="host">The server's address.</param>
    /// <param name="port">The server's port.</param>
    /// <param name="serve">Whether to serve it.</param>
    /// <param name="timeout">How long to try to connect.</param>
    /// <exception cref="TorchException">Nobody answers, or the port is in use.</exception>
    public Store(string host, int port, bool serve, TimeSpan timeout)
    {
        nint handle;
        _relay = serve ? null : new StoreRelay(host, port, timeout);
        try
        {
            NativeMethods.Check(
                DistributedMethods.pt_store_create(
                    _relay is null ? host : "127.0.0.1", _relay?.Port ?? port, serve ? 1 : 0, (long)timeout.TotalMilliseconds, &handle), "store");
        }
        catch
        {
            _relay?.Dispose();
            throw;
        }

        _handle = handle;
    }

    internal nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(Store));

    /// <summary>Writes a text.</summary>
    public void Set(string key, string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        fixed (byte* data = bytes)
        {
            NativeMethods.Check(DistributedMethods.pt_store_set(Handle, key, data, bytes.Length), "store");
        }
    }

    /// <summary>Reads a text; null when nobody has written it.</summary>
    public string? TryGet(string key)
    {
        int has;
        NativeMethods.Check(DistributedMethods.pt_store_has(Handle, key, &has), "store");
        if (has == 0)
        {
            return null;
        }

        nint value;
        long count;
        NativeMethods.Check(DistributedMethods.pt_store_get(Handle, key, &value, &count), "store");
        try
        {
            return Encoding.UTF8.GetString((byte*)value, (int)count);
        }
        finally
        {
            NativeMethods.pt_free(value);
        }
    }

    /// <summary>Adds to a counter that starts at 0; gives its new value.</summary>
    public long Add(string key, long amount)
    {
        long result;
        NativeMethods.Check(DistributedMethods.pt_store_add(Handle, key, amount, &result), "store");
        return result;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        var handle = Interlocked.Exchange(ref _handle, 0);
        if (handle != 0)
        {
            DistributedMethods.pt_store_free(handle);
        }

        _relay?.Dispose();
    }
}
