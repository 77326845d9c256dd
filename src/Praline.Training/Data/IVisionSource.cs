using Praline.Data;
using Praline.Models.Multimodal;

namespace Praline.Training.Data;

/// <summary>Where a training takes visual tokens from: computed once and kept, or computed anew while the tower trains.</summary>
public interface IVisionSource : IDisposable
{
    /// <summary>Features or frames that are kept in memory, in bytes.</summary>
    long MemoryBytes => 0;

    /// <summary>What computing these media keeps for the backward pass, in bytes, about: 0 where nothing in the vision part trains.</summary>
    long ActivationBytes(MediaSet media) => 0;

    /// <summary>Gets everything ready that can be before the first step (checks media, computes frozen features).</summary>
    /// <param name="media">All media of the data set.</param>
    /// <param name="report">Hears how many are done, of how many.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <returns>The media that can't be used, by their keys, and why.</returns>
    IReadOnlyDictionary<string, string> Prepare(IReadOnlyList<MediaSet> media, Action<int, int>? report, CancellationToken cancellation);

    /// <summary>Visual tokens at each image mark of a prompt about these media.</summary>
    IReadOnlyList<int> Counts(MediaSet media);

    /// <summary>Starts reading media in the background, in the order in which they will be asked for.</summary>
    void Prefetch(IEnumerable<MediaSet> media);

    /// <summary>
    /// The visual tokens of several media; the same reference gives the same object. They have a graph when something in the vision part
    /// trains. They belong to the current scope or to the source: use them within the step.
    /// </summary>
    IReadOnlyList<VisionFeatures> Features(IReadOnlyList<MediaSet> media);
}

/// <summary>What all sources of visual tokens do alike.</summary>
internal static class VisionSources
{
    /// <summary>Looks at every medium once; what can't be read is listed and does not stop the others.</summary>
    internal static Dictionary<string, string> Measured(
        IReadOnlyList<MediaSet> media, Action<MediaSet> measure, Action<int, int>? report, CancellationToken cancellation)
    {
        var problems = new Dictionary<string, string>(StringComparer.Ordinal);
        var wanted = media.DistinctBy(m => m.Key).ToArray();
        foreach (var (i, one) in wanted.Index())
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                measure(one);
            }
            catch (PralineException error)
            {
                problems[one.Key] = error.Message;
            }

            if (i % 100 == 99 || i == wanted.Length - 1)
            {
                report?.Invoke(i + 1, wanted.Length);
            }
        }

        return problems;
    }
}
