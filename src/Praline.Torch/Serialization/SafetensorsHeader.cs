using System.Text.Json;

namespace Praline.Torch.Serialization;

/// <summary>
/// The header of a safetensors file (<see href="https://github.com/huggingface/safetensors"/>): 8 bytes of length, then JSON. Everything
/// it claims is checked before any data is touched, for a header may lie.
/// </summary>
internal static class SafetensorsHeader
{
    private const long MaxHeaderBytes = 100_000_000;
    private const int MaxDimensions = 64;

    internal static (Dictionary<string, TensorEntry> Tensors, Dictionary<string, string> Metadata) Read(Stream stream, string path)
    {
        if (stream.Length < 8)
        {
            throw Bad(path, $"it has {stream.Length} bytes, a header needs at least 8");
        }

        Span<byte> prefix = stackalloc byte[8];
        stream.ReadExactly(prefix);
        var headerLength = BitConverter.ToUInt64(prefix);
        if (headerLength > MaxHeaderBytes || (long)headerLength > stream.Length - 8)
        {
            throw Bad(path, $"its header says it is {headerLength:N0} bytes long, the file has {stream.Length:N0}");
        }

        var json = new byte[headerLength];
        stream.ReadExactly(json);
        var dataStart = 8 + (long)headerLength;
        try
        {
            return Parse(json, path, dataStart, stream.Length - dataStart);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw Bad(path, $"its header is not the JSON it should be ({error.Message})");
        }
    }

    private static (Dictionary<string, TensorEntry> Tensors, Dictionary<string, string> Metadata) Parse(
        byte[] json, string path, long dataStart, long dataLength)
    {
        var tensors = new Dictionary<string, TensorEntry>(StringComparer.Ordinal);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (property.Name == "__metadata__")
            {
                foreach (var entry in property.Value.EnumerateObject())
                {
                    metadata[entry.Name] = entry.Value.GetString() ?? "";
                }

                continue;
            }

            var tensor = Entry(property, path, dataStart, dataLength);
            if (!tensors.TryAdd(property.Name, tensor))
            {
                throw Bad(path, $"the tensor '{Short(property.Name)}' is listed twice");
            }
        }

        CheckOverlaps(tensors.Values, path);
        return (tensors, metadata);
    }

    private static TensorEntry Entry(JsonProperty property, string path, long dataStart, long dataLength)
    {
        var name = Short(property.Name);
        var dtype = property.Value.GetProperty("dtype").GetString() switch
        {
            "F64" => DType.Float64,
            "F32" => DType.Float32,
            "F16" => DType.Float16,
            "BF16" => DType.BFloat16,
            "I64" => DType.Int64,
            "I32" => DType.Int32,
            "I16" => DType.Int16,
            "I8" => DType.Int8,
            "U8" => DType.UInt8,
            "BOOL" => DType.Bool,
            var other => throw Bad(path, $"the tensor '{name}' has dtype '{Short(other)}', which is not supported"),
        };
        var shape = property.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()).ToArray();
        var offsets = property.Value.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt64()).ToArray();
        if (shape.Length > MaxDimensions)
        {
            throw Bad(path, $"the tensor '{name}' has {shape.Length:N0} dimensions");
        }

        if (offsets is not [var begin, var end] || begin < 0 || end < begin || end > dataLength)
        {
            throw Bad(path, $"the tensor '{name}' lies at [{string.Join(", ", offsets.Take(3))}], outside the {dataLength:N0} bytes of data: the file may be cut off");
        }

        Int128 elements = 1;
        foreach (var size in shape)
        {
            elements = size < 0 ? -1 : elements * size;
            if (elements < 0 || elements > long.MaxValue)
            {
                throw Bad(path, $"the tensor '{name}' has the impossible shape [{string.Join(", ", shape)}]");
            }
        }

        if (elements * dtype.Size() != end - begin)
        {
            throw Bad(path, $"the tensor '{name}' {dtype}[{string.Join(", ", shape)}] needs {elements * dtype.Size():N0} bytes, its range has {end - begin:N0}");
        }

        return new TensorEntry(property.Name, dtype, shape, dataStart + begin, end - begin);
    }

    private static void CheckOverlaps(IEnumerable<TensorEntry> tensors, string path)
    {
        TensorEntry? previous = null;
        foreach (var tensor in tensors.Where(t => t.Length > 0).OrderBy(t => t.Offset))
        {
            if (previous is not null && tensor.Offset < previous.Offset + previous.Length)
            {
                throw Bad(path, $"the tensors '{Short(previous.Name)}' and '{Short(tensor.Name)}' overlap");
            }

            previous = tensor;
        }
    }

    private static string Short(string? name) => name is null ? "null" : name.Length <= 100 ? name : name[..100] + "…";

    private static PralineException Bad(string path, string what) =>
        new($"{path} is not a good safetensors file: {what}. Download or convert it again.");
}
