using Praline.Models.Language;
using Praline.Testing;
using Praline.Torch;
using Praline.Torch.Nn;
using Praline.Torch.Serialization;

namespace Praline.Models.Tests.Language;

/// <summary>A golden case's language model.</summary>
internal sealed class GoldenModel : IDisposable
{
    private readonly CheckpointSource _source;

    private GoldenModel(string folder, DType? dtype)
    {
        _source = CheckpointSource.Open(folder);
        Store = new ParameterStore(_source, dtype, TestDevice.Current);
        Llama = new LlamaModel(LlamaConfig.Read(folder), Store.Root);
        Store.Verify();
    }

    internal ParameterStore Store { get; }

    internal LlamaModel Llama { get; }

    public void Dispose()
    {
        Store.Dispose();
        _source.Dispose();
    }

    internal static GoldenModel Open(string folder, DType? dtype = null) => new(folder, dtype);

    internal static (Dictionary<string, Tensor> Inputs, Dictionary<string, Tensor> Expected) Numbers(string folder) =>
        (TestDevice.Place(SafetensorsFile.Load(Path.Combine(folder, "inputs.safetensors"))), SafetensorsFile.Load(Path.Combine(folder, "expected.safetensors")));
}
