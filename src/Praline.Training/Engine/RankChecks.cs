using System.Security.Cryptography;
using Praline.Torch;
using Praline.Torch.Distributed;

namespace Praline.Training.Engine;

/// <summary>What is looked at and told about several ranks.</summary>
internal static class RankChecks
{
    /// <summary>Compares tensors over ranks, bit by bit.</summary>
    /// <exception cref="PralineException">A rank's are others than rank 0's.</exception>
    internal static void RequireEqual(World world, IEnumerable<Tensor> tensors, int step)
    {
        if (world.Size == 1)
        {
            return;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var tensor in tensors)
        {
            using var scope = new TensorScope();
            using var noGrad = NoGrad.Begin();
            hash.AppendData(tensor.Detach().To(Device.Cpu).Contiguous().Bytes());
        }

        var sums = world.Gather(Convert.ToHexStringLower(hash.GetHashAndReset()));
        var other = Array.FindIndex(sums, sum => sum != sums[0]);
        if (other >= 0)
        {
            throw new PralineException(
                $"After step {step} rank {other} holds other weights than rank 0: its machine computes differently (another processor, libtorch or thread count). "
                + "No checkpoint was written; the same command goes on from the one before. Use like machines for all ranks.");
        }
    }

    /// <summary>A checkpoint's tensor of that name.</summary>
    /// <exception cref="PralineException">It has none.</exception>
    internal static Tensor Saved(Runs.LoadedCheckpoint checkpoint, string name) => checkpoint.Weights.TryGetValue(name, out var saved)
        ? saved
        : throw new PralineException($"{checkpoint.Path} has no tensor '{name}': it belongs to another run. Give another output folder.");

    /// <summary>What a line of <c>timing.jsonl</c> says of the exchange between ranks.</summary>
    internal static IEnumerable<KeyValuePair<string, object?>> Timing(World world, ReducerStatistics exchange) => world.Size == 1 ? [] :
    [
        new("processes", world.Size), new("exchange_seconds", exchange.Seconds), new("exchange_overlapped", exchange.Overlapped), new("exchange_bytes", exchange.Bytes),
    ];
}
