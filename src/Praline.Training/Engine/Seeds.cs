using System.Security.Cryptography;
using System.Text;

namespace Praline.Training.Engine;

/// <summary>Independent seeds for the parts of a run, each a function of the run's seed and what it is for.</summary>
public static class Seeds
{
    /// <summary>The seed for that purpose: the first 8 bytes of a SHA-256.</summary>
    public static ulong Derive(ulong seed, params ReadOnlySpan<object> purpose)
    {
        var text = new StringBuilder().Append(seed);
        foreach (var part in purpose)
        {
            text.Append('/').Append(FormattableString.Invariant($"{part}"));
        }

        return BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
