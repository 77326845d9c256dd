using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Praline.Models.Multimodal;

/// <summary>Everything that features depend on. Two equal keys mean the same features, bit for bit.</summary>
/// <param name="Weights">The fingerprint of tower and projector.</param>
/// <param name="Settings">Image processor, share of tokens kept, type: <see cref="VisionLanguageModel.VisionSettings"/>.</param>
/// <param name="Media">A hash of the file's content.</param>
/// <param name="Frames">The frames chosen, in order; empty for an image.</param>
/// <param name="Kind">Images or a video.</param>
/// <param name="SecondsPerFrame">Time between two frames where positions tell time; else 0.</param>
public sealed record VisionCacheKey(
    string Weights, string Settings, string Media, IReadOnlyList<int> Frames, MediaKind Kind, double SecondsPerFrame = 0)
{
    /// <summary>A name for the entry's file: 64 hexadecimal digits.</summary>
    public string Name => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"praline vision cache 1\n{Weights}\n{Settings}\n{Media}\n{Kind}\n{SecondsPerFrame:R}\n{string.Join(',', Frames)}\n"))));
}
