using Praline.Testing;
using Praline.Torch.Distributed;

namespace Praline.Torch.Tests;

/// <summary>
/// Collectives of a single rank, over NCCL where <c>PRALINE_TEST_DEVICE</c> names a GPU: one GPU is enough to see that an exchange comes after what its
/// device was given before, and that its result is there when it is over.
/// </summary>
public sealed class GroupOfOneTests
{
    [Fact]
    public void A_collective_sees_what_its_device_was_given_before()
    {
        var device = TestDevice.Current;
        var backend = device.Type == DeviceType.Cuda ? DistributedBackend.Nccl : DistributedBackend.Gloo;
        Assert.SkipWhen(!DistributedBackends.IsAvailable(backend), $"this libtorch was built without {backend}");

        using var store = new Store("127.0.0.1", Ranks.FreePort(), serve: true, TimeSpan.FromSeconds(10));
        using var group = new ProcessGroup(store, "one", backend, 0, 1, TimeSpan.FromSeconds(60));
        using var scope = new TensorScope();
        using var noGrad = NoGrad.Begin();
        using var generator = new Generator(3);
        var turn = (Tensor.Randn([1000, 1000], generator) / Math.Sqrt(1000)).To(device);
        var expected = Work(turn).ToArray<float>();
        for (var round = 0; round < 3; round++)
        {
            var (copy, part) = (Tensor.Zeros([expected.Length], device: device), Tensor.Zeros([expected.Length], device: device));
            group.AllGather(Work(turn), copy);
            Assert.Equal(expected, copy.ToArray<float>());
            group.ReduceScatter(Work(turn), part);
            Assert.Equal(expected, part.ToArray<float>());
            var own = Work(turn);
            group.AllReduce(own);
            group.Broadcast(own);
            Assert.Equal(expected, own.ToArray<float>());
        }
    }

    /// <summary>Numbers that are there only after products of large matrices, which a GPU is still at when this returns.</summary>
    private static Tensor Work(Tensor turn)
    {
        var x = turn;
        for (var i = 0; i < (TestDevice.IsGpu ? 200 : 2); i++)
        {
            x = x.MatMul(turn);
        }

        return x.Narrow(0, 0, 40).Reshape(-1).Clone();
    }
}
