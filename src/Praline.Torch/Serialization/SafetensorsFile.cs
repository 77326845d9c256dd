using System.IO.MemoryMappedFiles;

namespace Praline.Torch.Serialization;

/// <summary>
/// A safetensors file, memory-mapped: a tensor that is read shares the file's pages, nothing is copied. The mapping is
/// copy-on-write (training in place changes memory, never the file) and lives as long as a tensor made from it.
/// </summary>
public sealed unsafe class SafetensorsFile : IDisposable
{
    private readonly Mapping _mapping;

    private SafetensorsFile(
        string path, Dictionary<string, TensorEntry> tensors, Dictionary<string, string> metadata, Mapping mapping)
    {
        Path = path;
        Tensors = tensors;
        Metadata = metadata;
        _mapping = mapping;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>What is in it, by name.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Tensors { get; }

    /// <summary>The header's <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="PralineException">There is no such file, or its header lies.</exception>
    public static SafetensorsFile Open(string path)
    {
        if (!File.Exists(path))
        {
            throw new PralineException($"There is no file {path}: a safetensors file was expected there.");
        }

        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            var (tensors, metadata) = SafetensorsHeader.Read(stream, path);
            return new SafetensorsFile(path, tensors, metadata, new Mapping(path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PralineException($"{path} can't be read: {error.Message} Check its permissions and the disk.", error);
        }
    }

    /// <summary>All tensors of a (small) file, read at once.</summary>
    public static Dictionary<string, Tensor> Load(string path)
    {
        using var file = Open(path);
        return file.Tensors.Keys.ToDictionary(name => name, file.Read, StringComparer.Ordinal);
    }

    /// <summary>A tensor over the file's pages (CPU, the file's dtype).</summary>
    /// <exception cref="PralineException">The file has no tensor of that name.</exception>
    public Tensor Read(string name)
    {
        if (!Tensors.TryGetValue(name, out var entry))
        {
            throw new PralineException($"{Path} has no tensor '{name}'.");
        }

        if (entry.Length == 0)
        {
            return Tensor.Empty(entry.Shape, entry.DType);
        }

        var data = _mapping.Acquire() + entry.Offset;
        if ((nint)data % entry.DType.Size() == 0)
        {
            return Tensor.FromMemory(data, entry.Shape, entry.DType, _mapping.Release);
        }

        // Processors may refuse to read numbers that do not lie on their boundary: such a tensor is copied.
        try
        {
            var copy = Tensor.Empty(entry.Shape, entry.DType);
            for (long done = 0; done < entry.Length; done += int.MaxValue / 2)
            {
                var length = (int)Math.Min(int.MaxValue / 2, entry.Length - done);
                new ReadOnlySpan<byte>(data + done, length).CopyTo(new Span<byte>(copy.DataPointer() + done, length));
            }

            return copy;
        }
        finally
        {
            _mapping.Release();
        }
    }

    /// <summary>Lets go of the mapping; tensors that were read stay valid.</summary>
    public void Dispose() => _mapping.Release();

    /// <summary>A counted mapping: the file object holds one share, each tensor another.</summary>
    private sealed class Mapping
    {
        private readonly MemoryMappedFile _file;
        private readonly MemoryMappedViewAccessor _view;
        private readonly byte* _start;
        private int _shares = 1;

        internal Mapping(string path)
        {
            _file = MemoryMappedFile.CreateFromFile(
                new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read), null, 0, MemoryMappedFileAccess.Read,
                HandleInheritability.None, leaveOpen: false);
            _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.CopyOnWrite);
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        }

        internal byte* Acquire()
        {
            Interlocked.Increment(ref _shares);
            return _start;
        }

        internal void Release()
        {
            if (Interlocked.Decrement(ref _shares) == 0)
            {
                _view.SafeMemoryMappedViewHandle.ReleasePointer();
                _view.Dispose();
                _file.Dispose();
            }
        }
    }
}
