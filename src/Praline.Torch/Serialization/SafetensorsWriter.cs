using System.Text;
using System.Text.Json;

namespace Praline.Torch.Serialization;

/// <summary>Writes safetensors files as the reference library does: by dtype size (largest first), then name; the header padded to 8 bytes.</summary>
public static class SafetensorsWriter
{
    /// <summary>
    /// Writes the tensors to a temporary file beside <paramref name="path"/>, flushes it and renames it: a reader sees the old file
    /// or the whole new one. The bytes depend on names and values alone.
    /// </summary>
    /// <param name="path">Where to write.</param>
    /// <param name="tensors">Tensors by name, of any device.</param>
    /// <param name="metadata">Texts for <c>__metadata__</c>; PyTorch's tools expect <c>format: pt</c>, which is the default.</param>
    public static void Write(
        string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var ordered = tensors.OrderByDescending(t => t.Value.DType.Size()).ThenBy(t => t.Key, StringComparer.Ordinal).ToArray();
        var header = Header(ordered, metadata ?? new Dictionary<string, string> { ["format"] = "pt" });
        AtomicFile.Write(path, stream =>
        {
            stream.Write(BitConverter.GetBytes((ulong)header.Length));
            stream.Write(header);
            foreach (var (_, tensor) in ordered)
            {
                using var detached = tensor.Detach();
                using var onCpu = detached.To(Device.Cpu);
                using var plain = onCpu.Contiguous();
                plain.WriteBytes(stream);
            }
        });
    }

    private static byte[] Header(KeyValuePair<string, Tensor>[] tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            foreach (var (key, value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
            long offset = 0;
            foreach (var (name, tensor) in tensors)
            {
                var length = tensor.Numel * tensor.DType.Size();
                json.WriteStartObject(name);
                json.WriteString("dtype", Code(tensor.DType));
                json.WriteStartArray("shape");
                foreach (var size in tensor.Shape)
                {
                    json.WriteNumberValue(size);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += length);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        buffer.Write(Encoding.ASCII.GetBytes(new string(' ', (int)((8 - (buffer.Length % 8)) % 8))));
        return buffer.ToArray();
    }

    private static string Code(DType dtype) => dtype switch
    {
        DType.Float64 => "F64",
        DType.Float32 => "F32",
        DType.Float16 => "F16",
        DType.BFloat16 => "BF16",
        DType.Int64 => "I64",
        DType.Int32 => "I32",
        DType.Int16 => "I16",
        DType.Int8 => "I8",
        DType.UInt8 => "U8",
        DType.Bool => "BOOL",
        _ => throw new ArgumentOutOfRangeException(nameof(dtype)),
    };
}
