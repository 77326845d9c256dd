using System.Security.Cryptography;
using System.Text;
using Praline.Torch;

namespace Praline.Models.Multimodal;

/// <summary>
/// A short name for a set of weights: SHA-256 over names, types, shapes and values. Up to 64 MiB in all, every value counts;
/// beyond that, of each tensor with more than 16,384 values 16 runs of 1,024, spread evenly from its first to its last value. Any
/// training step changes far more than that; a single damaged value may go unseen.
/// </summary>
public static class WeightsFingerprint
{
    private const long WholeBytes = 64 << 20;
    private const int Runs = 16;
    private const long RunLength = 1024;

    /// <summary>The fingerprint of parameters, whatever file layout they came from: 32 hexadecimal digits.</summary>
    public static string Of(IEnumerable<KeyValuePair<string, Tensor>> parameters)
    {
        var ordered = parameters.OrderBy(p => p.Key, StringComparer.Ordinal).ToArray();
        var whole = ordered.Sum(p => p.Value.Numel * p.Value.DType.Size()) <= WholeBytes;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var noGrad = NoGrad.Begin();
        foreach (var (name, tensor) in ordered)
        {
            using var scope = new TensorScope();
            hash.AppendData(Encoding.UTF8.GetBytes($"{name}\n{tensor.Describe()}\n"));
            var values = tensor.Detach().Reshape(-1);
            if (whole || values.Numel <= Runs * RunLength)
            {
                Append(hash, values);
                continue;
            }

            for (var run = 0; run < Runs; run++)
            {
                Append(hash, values.Narrow(0, (values.Numel - RunLength) * run / (Runs - 1), RunLength));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }

    private static void Append(IncrementalHash hash, Tensor values)
    {
        if (values.Numel > 0)
        {
            hash.AppendData(values.To(Device.Cpu).Contiguous().Bytes());
        }
    }
}
