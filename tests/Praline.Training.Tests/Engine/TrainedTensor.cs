using Praline.Torch;

namespace Praline.Training.Tests.Engine;

/// <summary>A tensor that takes gradients.</summary>
internal static class TrainedTensor
{
    public static Tensor Trained(this Tensor tensor)
    {
        tensor.RequiresGrad = true;
        return tensor;
    }
}
