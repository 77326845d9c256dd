namespace Praline.Torch.Tests;

public sealed class DeviceMemoryTests
{
    [Fact]
    public void WhatDoesNotFitIsAnErrorOfItsOwn()
    {
        var error = Assert.Throws<DeviceMemoryException>(() => Tensor.Empty([1L << 48], DType.Float32));
        Assert.Contains("aten::empty", error.Message);
        Assert.Throws<TorchException>(() => Tensor.Empty([-1], DType.Float32)); // other failures stay what they are
    }

    [Fact]
    public void AGpuThatIsNotThereIsNamed()
    {
        if (TorchRuntime.CudaDeviceCount > 0)
        {
            CudaDevice.Require(Device.Cuda());
            var beyond = Assert.Throws<PralineException>(() => CudaDevice.Require(Device.Cuda(TorchRuntime.CudaDeviceCount)));
            Assert.Contains("GPU(s)", beyond.Message);
            return;
        }

        var error = Assert.Throws<PralineException>(() => CudaDevice.Require(Device.Cuda()));
        Assert.Contains("--device cpu", error.Message);
        Assert.Empty(CudaDevice.All());
    }
}
