using Praline.Media;
using Praline.Models.Checkpoints;
using Praline.Models.Multimodal;
using Praline.Preferences;

namespace Praline.Cli;

/// <summary>Counts a sample's tokens as training will: the prompt with its visual tokens, and the longer answer. Nothing is decoded.</summary>
internal sealed class SampleTokens(string modelFolder, LoadOptions options, string mediaFolder, FrameSampling sampling) : IDisposable
{
    private readonly VisionLanguageModel _model = VisionLanguageModel.Load(modelFolder, options);
    private readonly Dictionary<string, IReadOnlyList<int>> _counts = new(StringComparer.Ordinal);

    public (int Visual, int Total) Count(PreferenceSample sample)
    {
        var visual = sample.Videos.Select(v => Counts(v, true)).Concat(sample.Images.Select(i => Counts(i, false))).ToList();
        var question = string.Join("\n", sample.Prompt.Select(t => t.Text.Replace("<video>", "").Replace("<image>", "").Trim()));
        var prompt = _model.Tokenize(_model.FormatPrompt(question, visual.Sum(v => v.Count), sample.Videos.Count > 0 ? MediaKind.Video : MediaKind.Images));
        var answer = Math.Max(_model.TokenizeAnswer(sample.Chosen).Length, _model.TokenizeAnswer(sample.Rejected).Length);
        return (visual.Sum(v => v.Sum()), prompt.LengthWith(visual.SelectMany(v => v)) + answer);
    }

    public void Dispose() => _model.Dispose();

    // A file that can't be opened has no tokens: that it is missing is another problem's business.
    private IReadOnlyList<int> Counts(string file, bool isVideo)
    {
        if (!_counts.TryGetValue(file, out var counts))
        {
            try
            {
                counts = isVideo ? OfVideo(Path.Combine(mediaFolder, file)) : OfImage(Path.Combine(mediaFolder, file));
            }
            catch (Exception error) when (Host.IsUsers(error))
            {
                counts = [];
            }

            _counts[file] = counts;
        }

        return counts;
    }

    private IReadOnlyList<int> OfVideo(string path)
    {
        using var video = VideoFile.Open(path, maxThreads: 1);
        var frames = FrameSampler.Choose(video.Info, sampling.MinFrames, sampling.MaxFrames, sampling.FramesPerSecond, sampling.SampledFrames);
        return _model.CountTokens([.. frames.Select(_ => (video.Info.Height, video.Info.Width))], MediaKind.Video);
    }

    private IReadOnlyList<int> OfImage(string path)
    {
        var image = ImageFile.Open(path);
        return _model.CountTokens([(image.Height, image.Width)]);
    }
}
