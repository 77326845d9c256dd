using System.Security.Cryptography;
using System.Text;
using Praline.Torch;
using Praline.Torch.Serialization;

namespace Praline.Models.Multimodal;

/// <summary>
/// The file of one entry: safetensors with <c>tokens</c>, <c>counts</c>, <c>grids</c> [n, 3] and <c>seconds</c> [n], and in its
/// metadata the entry's name and a checksum over the bytes of all four.
/// </summary>
internal static class VisionCacheEntry
{
    private const string NameKey = "praline_vision_entry";
    private const string ChecksumKey = "sha256";
    private const string KindKey = "kind";

    internal static void Write(string path, string name, VisionFeatures features)
    {
        using var noGrad = NoGrad.Begin();
        using var scope = new TensorScope();
        var grids = features.Grids.SelectMany(g => new long[] { g.Time, g.Height, g.Width }).ToArray();
        var tensors = new Dictionary<string, Tensor>
        {
            ["tokens"] = features.Tokens.Detach().To(Device.Cpu).Contiguous(),
            ["counts"] = Tensor.From<long>(features.Counts.Select(c => (long)c).ToArray()),
            ["grids"] = Tensor.From<long>(grids, features.Grids.Count, 3),
            ["seconds"] = Tensor.From<double>(features.Grids.Select(g => g.SecondsPerStep).ToArray()),
        };
        SafetensorsWriter.Write(path, tensors, new Dictionary<string, string>
        {
            [NameKey] = name,
            [ChecksumKey] = Checksum(tensors),
            [KindKey] = features.Kind.ToString(),
        });
    }

    /// <summary>The features, on the CPU, in memory of their own.</summary>
    /// <exception cref="PralineException">The file is damaged, or is another entry's.</exception>
    internal static VisionFeatures Read(string path, string name)
    {
        using var scope = new TensorScope();
        using var file = SafetensorsFile.Open(path);
        if (file.Metadata.GetValueOrDefault(NameKey) != name || !Enum.TryParse<MediaKind>(file.Metadata.GetValueOrDefault(KindKey), out var kind))
        {
            throw new PralineException("it is no entry of that name");
        }

        // Copied before it is checked: the bytes that are used are the bytes that were verified.
        var tensors = new[] { "tokens", "counts", "grids", "seconds" }.ToDictionary(part => part, part => file.Read(part).Clone());
        if (file.Metadata.GetValueOrDefault(ChecksumKey) != Checksum(tensors))
        {
            throw new PralineException("its checksum does not match");
        }

        var extents = tensors["grids"].ToArray<int>();
        var grids = tensors["seconds"].ToArray<double>()
            .Select((seconds, i) => new VisionGrid(extents[3 * i], extents[(3 * i) + 1], extents[(3 * i) + 2], seconds));
        return new VisionFeatures(tensors["tokens"], tensors["counts"].ToArray<int>(), [.. grids], kind).MoveToOuterScope();
    }

    private static string Checksum(Dictionary<string, Tensor> tensors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, tensor) in tensors.OrderBy(t => t.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name} {tensor.Describe()}\n"));
            hash.AppendData(tensor.Numel == 0 ? [] : tensor.Bytes());
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
