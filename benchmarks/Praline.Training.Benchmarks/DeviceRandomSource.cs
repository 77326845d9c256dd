using Praline.Torch;
using Praline.Torch.Serialization;

namespace Praline.Training.Benchmarks;

/// <summary>Random weights made on the device in their type: a model of 7 billion parameters is there in a second.</summary>
internal sealed class DeviceRandomSource(Device device, DType type) : ITensorSource, IDisposable
{
    private static readonly Operator NormalInPlace = new("aten::normal_");
    private readonly Generator _generator = new(1, device);

    public string Name => "random weights";

    public IReadOnlyCollection<string>? Names => null;

    public Tensor? TryRead(string name, long[] shape, Initialization initialization)
    {
        switch (initialization)
        {
            case Initialization.Zeros:
                return Tensor.Zeros(shape, type, device);
            case Initialization.Ones:
                return Tensor.Ones(shape, type, device);
            default:
                var tensor = Tensor.Empty(shape, type, device);
                NormalInPlace.Run(tensor, 0.0, 0.02, _generator);
                return tensor;
        }
    }

    public void Dispose() => _generator.Dispose();
}
