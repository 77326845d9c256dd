using Praline.Data;
using Praline.Media;
using Praline.Models.Checkpoints;
using Praline.Models.Multimodal;
using Praline.Preferences;

namespace Praline.Cli;

/// <summary>Counts a sample's tokens as training will: the prompt with its visual tokens, and the longest answer. No video is decoded.</summary>
internal sealed class SampleTokens(string modelFolder, LoadOptions options, FrameSampling sampling) : IDisposable
{
    private readonly VisionLanguageModel _model = VisionLanguageModel.Load(modelFolder, options);
    private readonly Dictionary<string, IReadOnlyList<int>> _counts = new(StringComparer.Ordinal);

    public (int Visual, int Total) Count(Sample sample)
    {
        var visual = sample.Media.Select(Counts).ToList();
        var question = string.Join("\n", sample.Turns.Select(t => t.Text.Trim()).Prepend(sample.System ?? "").Where(t => t.Length > 0));
        var kind = sample.Media.Any(m => m.IsVideo) ? MediaKind.Video : MediaKind.Images;
        var prompt = _model.Tokenize(_model.FormatPrompt(question, visual.Sum(v => v.Count), kind));
        return (visual.Sum(v => v.Sum()), prompt.LengthWith(visual.SelectMany(v => v)) + sample.Answers.Max(a => _model.TokenizeAnswer(a.Text).Length));
    }

    public void Dispose() => _model.Dispose();

    // A file that can't be decoded has no tokens here: training tells of it by name.
    private IReadOnlyList<int> Counts(MediaReference media)
    {
        if (!_counts.TryGetValue(media.Key, out var counts))
        {
            try
            {
                counts = media.IsVideo ? OfVideo(media) : OfImage(media);
            }
            catch (Exception error) when (Host.IsUsers(error))
            {
                counts = [];
            }

            _counts[media.Key] = counts;
        }

        return counts;
    }

    private IReadOnlyList<int> OfVideo(MediaReference media)
    {
        using var video = media.OpenVideo(maxThreads: 1);
        var frames = FrameSampler.Choose(
            video.Info, sampling.MinFrames, sampling.MaxFrames, sampling.FramesPerSecond, sampling.SampledFrames,
            media.Range is { } range ? (range.First, range.Last) : null);
        return _model.CountTokens([.. frames.Select(_ => (video.Info.Height, video.Info.Width))], MediaKind.Video);
    }

    private IReadOnlyList<int> OfImage(MediaReference media)
    {
        var image = media.OpenImage();
        return _model.CountTokens([(image.Height, image.Width)]);
    }
}
