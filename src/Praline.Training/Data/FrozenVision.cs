using System.Collections.Concurrent;
using Praline.Media;
using Praline.Models.Multimodal;
using Praline.Torch;

namespace Praline.Training.Data;

/// <summary>
/// A frozen tower and projector: every medium's tokens are computed once, before the first step, while other threads read the next
/// media, and kept in memory.
/// </summary>
public sealed class FrozenVision(VisionLanguageModel model, MediaReader reader) : IVisionSource
{
    private const int ReadAhead = 4;
    private readonly Dictionary<string, VisionFeatures> _features = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public void Prepare(IReadOnlyList<MediaReference> media, Action<int, int>? report, CancellationToken cancellation)
    {
        var wanted = media.DistinctBy(m => m.Key).Where(m => !_features.ContainsKey(m.Key)).ToArray();
        using var queue = new BlockingCollection<(MediaReference Media, IReadOnlyList<RgbImage>? Images, Exception? Error)>(ReadAhead);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var producer = Task.Run(() => Produce(wanted, queue, stop.Token), CancellationToken.None);
        try
        {
            var done = 0;
            foreach (var (item, images, error) in queue.GetConsumingEnumerable(cancellation))
            {
                if (error is not null)
                {
                    throw error;
                }

                using var scope = new TensorScope();
                var kind = item.IsVideo ? MediaKind.Video : MediaKind.Images;
                _features[item.Key] = model.Encode(images!, kind).DetachFromScope();
                report?.Invoke(++done, wanted.Length);
            }
        }
        finally
        {
            stop.Cancel();
            producer.Wait(CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<int> Counts(MediaReference media) => _features[media.Key].Counts;

    /// <inheritdoc/>
    public void Prefetch(IEnumerable<MediaReference> media)
    {
        // Everything is in memory already.
    }

    /// <inheritdoc/>
    public IReadOnlyList<VisionFeatures> Features(IReadOnlyList<MediaReference> media) => [.. media.Select(m => _features[m.Key])];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var features in _features.Values)
        {
            features.Dispose();
        }

        _features.Clear();
    }

    private void Produce(
        MediaReference[] wanted, BlockingCollection<(MediaReference Media, IReadOnlyList<RgbImage>? Images, Exception? Error)> queue,
        CancellationToken stop)
    {
        try
        {
            foreach (var item in wanted)
            {
                try
                {
                    queue.Add((item, reader.Read(item), null), stop);
                }
                catch (PralineException error)
                {
                    queue.Add((item, null, error), stop);
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The consumer has stopped.
        }
        finally
        {
            queue.CompleteAdding();
        }
    }
}
