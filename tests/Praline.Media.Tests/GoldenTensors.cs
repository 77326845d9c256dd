using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Praline.Media.Tests;

/// <summary>The tensors of a safetensors file as plain arrays, so that these tests need no libtorch.</summary>
internal sealed class GoldenTensors
{
    private readonly Dictionary<string, (string Type, int[] Shape, byte[] Bytes)> _tensors = [];

    public GoldenTensors(string path)
    {
        var file = File.ReadAllBytes(path);
        var headerLength = (int)BinaryPrimitives.ReadUInt64LittleEndian(file);
        using var header = JsonDocument.Parse(file.AsMemory(8, headerLength));
        foreach (var entry in header.RootElement.EnumerateObject().Where(e => e.Name != "__metadata__"))
        {
            var offsets = entry.Value.GetProperty("data_offsets").EnumerateArray().Select(v => v.GetInt32()).ToArray();
            var shape = entry.Value.GetProperty("shape").EnumerateArray().Select(v => v.GetInt32()).ToArray();
            _tensors[entry.Name] = (
                entry.Value.GetProperty("dtype").GetString()!, shape, file[(8 + headerLength + offsets[0])..(8 + headerLength + offsets[1])]);
        }
    }

    public IEnumerable<string> Names => _tensors.Keys.Order(StringComparer.Ordinal);

    public int[] Shape(string name) => _tensors[name].Shape;

    public byte[] Bytes(string name) => Values<byte>(name, "U8");

    public float[] Floats(string name) => Values<float>(name, "F32");

    public long[] Integers(string name) => Values<long>(name, "I64");

    private T[] Values<T>(string name, string type)
        where T : unmanaged
    {
        Assert.Equal(type, _tensors[name].Type);
        return MemoryMarshal.Cast<byte, T>(_tensors[name].Bytes).ToArray();
    }
}
